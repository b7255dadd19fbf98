"""Where an edge is planted the backtest finds it; where the signal knows nothing it finds nothing."""

import pytest

from arbitrage.backtest.assumptions import Assumptions, Placebo
from arbitrage.backtest.dated import DatedTerms, Pair
from arbitrage.backtest.history import Past
from arbitrage.backtest.report import Report
from arbitrage.backtest.run import backtest
from arbitrage.backtest.signals import Span
from arbitrage.backtest.statistics import LEAST_IN_BIN
from ingestion.simulator.market import Market
from ingestion.simulator.planted import planted
from products.marketplaces import PAIRS
from tests.arbitrage.backtest import worlds
from tests.arbitrage.backtest.worlds import DAY, END, PAIR

SPAN = Span(END - 365 * DAY, END)


def at_once(placebo: Placebo | None = None) -> Assumptions:
    """Sold as soon as the goods arrive, at the price that stands there."""
    return Assumptions(lag=14, slowest_sale=0, undercut=0, placebo=placebo)


def report(pasts: list[Past], pairs: list[Pair], terms: DatedTerms, rules: Assumptions) -> Report:
    return backtest([pasts], pairs, terms, rules, SPAN)


def timed(placebo: Placebo | None = None) -> Report:
    """Sixty products whose source falls now and then."""
    pasts = [worlds.timed_edge(number) for number in range(60)]
    return report(pasts, [PAIR], worlds.costless_terms(), at_once(placebo))


@pytest.fixture(scope="module")
def demo() -> Report:
    """The simulator's first 400 products over a year."""
    return report(worlds.market_pasts(400), list(PAIRS), worlds.terms(), Assumptions())


def test_the_flips_that_the_simulator_planted_earn_what_was_asked(demo: Report) -> None:
    assert demo.traded.profit.count > 100
    assert demo.traded.precision is not None
    assert demo.traded.precision >= 0.8
    assert demo.traded.mean_interval.low > 0


def test_products_that_fire_at_the_end_are_those_of_the_answer_key() -> None:
    market, pasts = Market(seed=1, live_since=END), worlds.market_pasts(120)
    key = {(flip.asin, flip.source, flip.target) for flip in planted(market, [past.asin for past in pasts], END)}
    rules = Assumptions()
    terms = worlds.terms()

    found = worlds.open_at_the_end(pasts, list(PAIRS), terms, rules, SPAN)

    assert key <= found
    assert {flip for flip in found if "UK" in flip} == set()


def test_a_timed_edge_is_found_with_an_interval_above_nought() -> None:
    found = timed()

    assert found.traded.precision is not None
    assert found.traded.precision >= 0.8
    assert found.traded.mean_interval.low > 0


@pytest.mark.parametrize("placebo", list(Placebo))
def test_with_a_leg_shifted_or_the_markets_swapped_the_edge_is_gone(placebo: Placebo) -> None:
    found = timed(placebo)

    assert found.traded.profit.count > 100
    assert found.traded.mean_interval.low <= 0 <= found.traded.mean_interval.high
    assert any(note.startswith("Placebo") for note in found.notes)


def test_stated_chances_are_within_ten_points_of_what_happened() -> None:
    pasts = [worlds.uncertain_edge(number) for number in range(150)]

    found = report(pasts, [PAIR], worlds.costless_terms(), at_once())

    large = [bin_ for bin_ in found.bins if bin_.trades >= LEAST_IN_BIN]
    assert len(large) >= 3
    assert max(bin_.off for bin_ in large) <= 10
    assert found.brier is not None
    assert found.brier < 0.15


def test_the_simulators_chances_are_reliable_too(demo: Report) -> None:
    large = [bin_ for bin_ in demo.bins if bin_.trades >= LEAST_IN_BIN]
    assert large
    assert max(bin_.off for bin_ in large) <= 10


def test_the_same_past_gives_the_same_report_in_any_batches() -> None:
    pasts = worlds.market_pasts(60)
    terms, rules = worlds.terms(), Assumptions()

    assert backtest([pasts], PAIRS, terms, rules, SPAN) == backtest(
        [pasts[:7], pasts[7:40], pasts[40:]], PAIRS, terms, rules, SPAN
    )
