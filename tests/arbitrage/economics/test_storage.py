"""Storage by volume and season (economics.md 1.5, 1.8, 3.4), in both forms and in the questions the other way round."""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from arbitrage.economics.columns import columns_of
from arbitrage.economics.flip import Flip, evaluate
from arbitrage.economics.inputs import FlipInputs, flip_inputs
from arbitrage.economics.kernel import price
from arbitrage.economics.kernel_break_even import break_evens
from arbitrage.economics.kernel_limits import max_buys
from arbitrage.economics.limits import break_even, max_buy
from arbitrage.economics.loading import load_rates
from arbitrage.economics.missing import Incomplete
from arbitrage.economics.profiles import Fulfilment, Profile, ShippingBand
from arbitrage.economics.rates import RateBook
from arbitrage.economics.storage import LARGEST_VOLUME, Storing, common, group_of, storing_in, volume_of
from arbitrage.economics.tables import Cell
from arbitrage.economics.termsheet import terms_for, terms_table
from products.marketplaces import CODES, PAIRS
from tests.arbitrage.economics.listings import Seen

pytestmark = pytest.mark.django_db
SEPTEMBER, NOVEMBER = date(2026, 9, 30), date(2026, 11, 20)
SELLER = Profile("by volume", registrations=frozenset(CODES), inbound=150, storage=None)
TOY = Seen("DE", category="Spielzeug")


@cache
def rates() -> RateBook:
    return load_rates()


def priced(profile: Profile, target: Seen, on: date, source: str = "IT") -> FlipInputs | Incomplete:
    return flip_inputs(
        replace(target, marketplace=source), target, terms_for(profile, rates(), source, target.marketplace, on)
    )


def flip(profile: Profile, target: Seen, on: date, source: str = "IT") -> Flip:
    inputs = priced(profile, target, on, source)
    assert isinstance(inputs, FlipInputs), inputs
    return evaluate(inputs)


def stored(profile: Profile, target: Seen, on: date) -> int:
    return -next(line.amount for line in flip(profile, target, on).lines if line.code == "storage")


@pytest.mark.parametrize(
    ("store", "category", "on", "cents"),
    [
        ("DE", "Spielzeug", SEPTEMBER, 18),  # 0.0066 m3 * 27.54
        ("DE", "Spielzeug", NOVEMBER, 34),  # 0.0066 * 52.20 = 0.3445
        ("DE", "Bekleidung", NOVEMBER, 19),  # 0.0066 * 29.23 = 0.1929
        ("UK", "Toys", SEPTEMBER, 18),  # 0.233077 ft3 * 0.76 = 0.1771
        ("UK", "Toys", NOVEMBER, 35),  # 0.233077 * 1.51 = 0.3519
    ],
)
def test_volume_times_the_price_of_the_month(store: str, category: str, on: date, cents: int) -> None:
    border = replace(SELLER, freight=250, brokerage=100)
    assert stored(border, replace(TOY, marketplace=store, category=category), on) == cents


def test_the_vector_of_the_toy_comes_out_by_volume() -> None:
    """economics.md 1.8, example 1A: storage 0.0066 m3 x 27.54 x 1 month."""
    found = flip(SELLER, TOY, SEPTEMBER)
    assert (found.net, found.roi) == (936, 2203)
    line = next(line for line in found.lines if line.code == "storage")
    assert line.formula == "0.0066 m3 * 27.54 * 30 / 30 days"
    assert (line.rate, line.valid_from) == ("27.54 per m3 a month", date(2026, 2, 1))
    assert line.source.startswith("Amazon rate card")


def test_it_grows_with_the_days_held() -> None:
    assert [stored(replace(SELLER, storage_days=days), TOY, SEPTEMBER) for days in (15, 30, 60, 240)] == [
        9,
        18,
        36,
        145,
    ]


def test_an_amount_of_the_profile_takes_its_place() -> None:
    assert stored(replace(SELLER, storage=20), TOY, NOVEMBER) == 20


@pytest.mark.parametrize(
    ("sides", "hazmat", "group"),
    [
        ((300, 220, 100), False, "standard"),
        ((300, 220, 100), True, "hazmat"),
        ((700, 300, 200), False, "oversize"),
        ((700, 300, 200), True, "hazmat_oversize"),
    ],
)
def test_dangerous_and_large_goods_have_their_own_price(sides: tuple[int, int, int], hazmat: bool, group: str) -> None:
    length, width, height = sides
    seen = replace(TOY, package_length=length, package_width=width, package_height=height, is_hazmat=hazmat)
    inputs = priced(SELLER, seen, NOVEMBER)
    assert isinstance(inputs, FlipInputs)
    assert inputs.stored
    assert inputs.charges
    assert inputs.charges.goods
    assert inputs.charges.goods.storage == group
    assert inputs.stored.cell == rates().tables.on(NOVEMBER).storage("DE", group, 11)


def test_clothing_that_is_neither_has_the_price_of_clothing() -> None:
    category = rates().tables.on(NOVEMBER).category("Bekleidung")
    assert group_of(category, None, hazmat=False) == "clothing"
    assert group_of(category, None, hazmat=True) == "hazmat"
    assert group_of(None, None, hazmat=False) == "standard"


@pytest.mark.parametrize("side", [None, 0, -1, 10**10])
def test_without_a_volume_a_flip_says_what_it_needs(side: int | None) -> None:
    seen = replace(TOY, package_height=side)
    found = priced(SELLER, seen, SEPTEMBER)
    assert isinstance(found, Incomplete)
    assert found.sentence() == "needs the packed measures in DE, for storage"
    assert isinstance(priced(replace(SELLER, storage=0), seen, SEPTEMBER), FlipInputs)


def test_a_day_before_the_first_price_has_none() -> None:
    found = priced(SELLER, TOY, date(2026, 1, 31))
    assert isinstance(found, Incomplete)
    assert "the price of storage of standard goods in DE on 2026-01-31" in found.sentence()


def test_goods_lie_where_the_stock_is() -> None:
    """EFN from Germany to France: the German price; own shipping: no storage of Amazon's."""
    home = replace(SELLER, registrations=frozenset({"DE"}))
    sent = terms_for(home, rates(), "IT", "FR", NOVEMBER)
    assert not isinstance(sent, Incomplete)
    assert sent.sale.storing
    assert sent.sale.storing.store == "DE"
    own = replace(home, fulfilment=Fulfilment.FBM, shipping=(ShippingBand("DE", 2_000, 490, SEPTEMBER),))
    assert all(line.code != "storage" for line in flip(own, TOY, NOVEMBER).lines)


def test_a_price_that_cannot_be_read_is_missing() -> None:
    tables = replace(
        rates().tables.on(NOVEMBER),
        amounts={("storage", "DE", "standard"): (Cell(2754, months="?", unit="m3"), Cell(1, months="1-12", unit="l"))},
    )
    assert storing_in(tables, "DE", NOVEMBER, 30) == Storing("DE", NOVEMBER, 30)


def test_cells_of_several_units_share_a_denominator() -> None:
    cells = [Cell(2754, unit="m3"), Cell(76, unit="ft3"), None]
    numerators, denominator = common(cells, 30)
    assert numerators[0] * 10**9 == 2754 * denominator
    assert numerators[1] * 28_316_846_592 == 76_000 * denominator
    assert numerators[2] == 0


def test_the_largest_volume_is_a_volume() -> None:
    assert volume_of(replace(TOY, package_length=LARGEST_VOLUME // 10_000, package_width=100, package_height=100))
    assert (
        volume_of(replace(TOY, package_length=LARGEST_VOLUME // 10_000 + 1, package_width=100, package_height=100))
        is None
    )


def test_limits_count_it_in_both_forms() -> None:
    terms = terms_table(SELLER, rates(), NOVEMBER)
    seen: dict[str, Seen] = {code: replace(TOY, marketplace=code) for code in CODES}
    columns = columns_of([seen], rates().tables.on(NOVEMBER))
    results = price(terms, columns)
    most, least = max_buys(terms, columns, results, roi=2_000), break_evens(terms, columns)
    row = PAIRS.index(("IT", "DE"))
    inputs = priced(SELLER, seen["DE"], NOVEMBER)
    assert isinstance(inputs, FlipInputs)
    free = replace(inputs, terms=replace(inputs.terms, sale=replace(inputs.terms.sale, storage=0)))
    assert int(most[row, 0]) == max_buy(inputs, roi=2_000) != max_buy(free, roi=2_000)
    assert abs(int(least[row, 0]) - (break_even(inputs) or 0)) <= 2
    assert break_even(inputs) != break_even(free)
    assert np.count_nonzero(results.complete) >= 12
