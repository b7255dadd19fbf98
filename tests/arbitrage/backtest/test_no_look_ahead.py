"""What happens later changes nothing that was said before."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrage.backtest.assumptions import Assumptions, Placebo
from arbitrage.backtest.history import Leg, Past
from arbitrage.backtest.results import Results
from arbitrage.backtest.run import carried_out
from arbitrage.backtest.signals import Fire, Span
from arbitrage.backtest.trades import Fate
from products.marketplaces import PAIRS
from products.series import Series
from tests.arbitrage.backtest import worlds
from tests.arbitrage.backtest.worlds import DAY, END

SPAN = Span(END - 365 * DAY, END)
PRODUCTS = worlds.market_pasts(120)
cuts = st.integers(END - 360 * DAY, END)


def cut(series: Series, minute: int) -> Series:
    count = int(np.searchsorted(series.minutes, minute, side="right"))
    return Series(series.minutes[:count], series.values[:count])


def cut_leg(leg: Leg, minute: int) -> Leg:
    """The leg as it was known at a minute."""
    return replace(
        leg,
        until=min(leg.until, minute),
        new=cut(leg.new, minute),
        amazon=cut(leg.amazon, minute),
        reference=cut(leg.reference, minute),
        new_fba=cut(leg.new_fba, minute),
        rank=cut(leg.rank, minute),
        rivals=cut(leg.rivals, minute),
    )


def known_at(past: Past, minute: int) -> Past:
    return replace(past, legs={code: cut_leg(leg, minute) for code, leg in past.legs.items()})


def said_before(found: Results, minute: int) -> dict[tuple[int, int, int], tuple[object, ...]]:
    """All that was known by a minute of each fire: the signal, its promise and chance, and how it ended if it had."""
    said: dict[tuple[int, int, int], tuple[object, ...]] = {}
    for place, trade in enumerate(found.trades):
        fire = trade.fire
        if fire.known > minute:
            continue
        ended = fire.closed if fire.ended and fire.closed <= minute else None
        sold = trade[2:7] if trade.fate in {Fate.SOLD, Fate.GAVE_UP} and trade.sold <= minute else None
        profit = int(found.realised.net_eur[place]) if sold else None
        held = trade.fate is Fate.HELD
        signal = fire._replace(closed=0, ended=False)
        promise = (int(found.promised.net_eur[place]), int(found.chance[place]))
        said[fire.place, fire.row, fire.known] = (signal, ended, sold, profit, held, *promise)
    return said


def run(pasts: list[Past], rules: Assumptions) -> Results:
    return carried_out(pasts, PAIRS, worlds.terms(), rules, SPAN)


@given(st.integers(0, len(PRODUCTS) - 6), cuts, st.sampled_from([None, *Placebo]))
@settings(max_examples=15, deadline=None)
def test_cutting_off_the_future_changes_no_past_fire(first: int, minute: int, placebo: Placebo | None) -> None:
    pasts, rules = PRODUCTS[first : first + 6], Assumptions(placebo=placebo, min_roi=800, min_profit=100)

    whole = said_before(run(pasts, rules), minute)

    assert said_before(run([known_at(past, minute) for past in pasts], rules), minute) == whole


@given(st.integers(0, 500), cuts)
@settings(max_examples=15, deadline=None)
def test_nor_in_a_world_where_much_fires(number: int, minute: int) -> None:
    pasts, rules = [worlds.timed_edge(number), worlds.uncertain_edge(number)], Assumptions(lag=3, slowest_sale=2)

    def found(own: list[Past]) -> dict[tuple[int, int, int], tuple[object, ...]]:
        return said_before(carried_out(own, [worlds.PAIR], worlds.costless_terms(), rules, SPAN), minute)

    whole = found(pasts)

    assert found([known_at(past, minute) for past in pasts]) == whole
    assert whole or minute < END - 200 * DAY


def test_the_future_that_is_cut_off_did_matter_to_what_came_after() -> None:
    """The comparison is not empty: there are fires before and after the cut, and trades that the cut leaves open."""
    minute = END - 100 * DAY
    whole = run(PRODUCTS, Assumptions())
    fires: list[Fire] = [trade.fire for trade in whole.trades]

    assert sum(fire.known <= minute for fire in fires) > 50
    assert sum(fire.known > minute for fire in fires) > 20
    assert any(trade.bought <= minute < trade.sold for trade in whole.trades)
