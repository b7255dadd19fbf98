"""When goods would have been sold, and at what price."""

from arbitrage.backtest.history import Leg
from arbitrage.backtest.selling import Sale, Shelf, shelf_of
from products.series import series_of


def shelf(reference: dict[int, int], amazon: dict[int, int] | None = None, *, until: int = 100) -> Shelf:
    sold_by_amazon = amazon or {}
    leg = Leg(
        until=until,
        asked=until,
        reference=series_of(list(reference), list(reference.values())),
        amazon=series_of(list(sold_by_amazon), list(sold_by_amazon.values())),
        new_fba=series_of([50], [700]),
    )
    return shelf_of(leg, undercut=10_000)


def test_a_sale_is_one_percent_below_the_buy_box_rounded_down() -> None:
    assert shelf({0: 1_999}).sale(10, 90) == Sale(10, 1_979, gave_up=False)


def test_without_a_buy_box_one_waits_for_the_next() -> None:
    assert shelf({0: 2_000, 5: -1, 30: 1_500}).sale(10, 90) == Sale(30, 1_485, gave_up=False)


def test_while_amazon_asks_less_nobody_buys_from_others() -> None:
    assert shelf({0: 2_000}, {0: 1_900, 40: -1}).sale(10, 90) == Sale(40, 1_980, gave_up=False)
    assert shelf({0: 2_000}, {0: 1_990}).sale(10, 90) == Sale(10, 1_980, gave_up=False)


def test_at_the_deadline_one_sells_at_the_lowest_fba_price_or_not_at_all() -> None:
    assert shelf({0: -1}).sale(10, 60) == Sale(60, 700, gave_up=True)
    assert shelf({0: -1}).sale(10, 40) == Sale(40, -1, gave_up=True)


def test_what_lies_after_the_known_history_is_not_known() -> None:
    known = shelf({0: -1}, until=50)

    assert known.sale(10, 60) is None
    assert known.sale(51, 60) is None
    assert (known.price_at(51), known.price_at(50)) == (None, -1)


def test_a_listing_without_a_price_ever_sells_nothing() -> None:
    assert shelf({}).sale(10, 60) == Sale(60, 700, gave_up=True)
