"""The answer key: flips by the simulator's own arithmetic."""

import itertools
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.simulator.answer_key import AnswerKey
from ingestion.simulator.catalogue import Fees, demo_asins
from ingestion.simulator.clock import SimulatedClock, ms_of_minute
from ingestion.simulator.market import Market
from ingestion.simulator.planted import Side, _price, _quantile, planted
from ingestion.simulator.traits import Plant, plants
from tests.simulator import START_MINUTE

FIRST = demo_asins(1_000)
MARKET = Market(seed=1, live_since=START_MINUTE, tempo=40.0, refresh_minutes=1)
SPAIN = Side(buy=3_190, sell=None, fees=Fees(None, None, None))
ITALY = Side(buy=4_999, sell=None, fees=Fees(None, None, None))


def test_germany_from_italy_by_hand() -> None:
    """economics.md 1.8, example 1A, with 0.20 for storage: 67.22 - (12.00 + 3.15 + 0.05 + 0.20) - 42.48."""
    outcome = _price(ITALY, Side(None, 7_999, Fees(1_500, 315, None)), "IT", "DE")
    assert outcome is not None
    assert [outcome.cost, outcome.net] == [4_248, 6_722 - 1_540 - 4_248]


def test_france_from_spain_by_hand() -> None:
    """economics.md 1.8, example 3A, with inbound 0.90, prep 0.60, storage 0.20: 27.86 and 45.75 - 13.99 - 27.86."""
    outcome = _price(SPAIN, Side(None, 5_490, Fees(1_500, 507, None)), "ES", "FR")
    assert outcome is not None
    assert [outcome.cost, outcome.net, outcome.opens] == [2_786, 390, False]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (None, Side(None, 7_999, Fees(1_500, 315, None))),
        (Side(None, 4_999, Fees(1_500, 315, None)), Side(None, 7_999, Fees(1_500, 315, None))),
        (ITALY, Side(9_999, None, Fees(1_500, 315, None))),
        (ITALY, Side(None, 7_999, Fees(None, 315, None))),
        (ITALY, Side(None, 7_999, Fees(1_500, None, None))),
    ],
)
def test_a_pair_without_a_price_or_a_fee_is_not_priced(source: Side | None, target: Side) -> None:
    assert _price(source, target, "IT", "DE") is None


def test_a_flip_opens_exactly_at_both_thresholds() -> None:
    """Cost 20.00 needs 3.00, cost 40.00 needs 6.00."""
    fees = Fees(0, 0, None)
    verdicts = []
    for buy, sell in ((2_257, 2_761), (2_257, 2_760), (4_697, 5_498), (4_697, 5_497)):
        outcome = _price(Side(buy, None, fees), Side(None, sell, fees), "IT", "DE")
        assert outcome is not None
        verdicts.append(outcome.opens)
        assert outcome.net == Decimal(round(sell / 1.19)) - 20 - outcome.cost
    assert verdicts == [True, False, True, False]


@settings(max_examples=60, deadline=None)
@given(
    points=st.dictionaries(st.integers(0, 400), st.integers(-1, 6), min_size=1, max_size=10),
    start=st.integers(0, 400),
    share=st.sampled_from([(1, 2), (1, 4)]),
)
def test_a_quantile_agrees_with_a_sorted_list_of_minutes(
    points: dict[int, int], start: int, share: tuple[int, int]
) -> None:
    times, prices = map(list, zip(*sorted(points.items()), strict=True))
    held = []
    for minute in range(start, 401):
        known = [price for time, price in zip(times, prices, strict=True) if time <= minute]
        held += [known[-1]] if known and known[-1] > 0 else []
    reached = -(-len(held) * share[0] // share[1])
    expected = sorted(held)[max(reached, 1) - 1] if held else None
    assert _quantile(times, prices, start, 401, share) == expected


def test_the_first_thousand_have_their_flips_and_nearly_all_are_planted() -> None:
    flips = planted(MARKET, FIRST, START_MINUTE)
    meant = dict(zip(FIRST, plants(MARKET.traits(FIRST, 3).product_keys).kind.tolist(), strict=True))
    found = {flip.asin for flip in flips}
    assert 60 <= len(found) <= 150
    assert not [asin for asin in found if meant[asin] == Plant.NONE]
    assert {flip.source for flip in flips} == {flip.target for flip in flips} == {"DE", "IT", "ES", "FR"}


def test_flips_open_and_close_while_one_watches() -> None:
    seen = [{(flip.asin, flip.source, flip.target) for flip in planted(MARKET, FIRST[:400], START_MINUTE + minutes)}
            for minutes in (0, 15, 30)]  # fmt: skip
    assert all(after - before and before - after for before, after in itertools.pairwise(seen))


def test_the_answer_is_the_same_whichever_products_are_asked_together() -> None:
    some = FIRST[100:160]
    assert planted(MARKET, some, START_MINUTE) == [
        flip for asin in some for flip in planted(MARKET, [asin], START_MINUTE)
    ]


def test_the_file_says_at_which_minute_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "planted.json"
    clock = SimulatedClock(start_ms=ms_of_minute(START_MINUTE), speed=0)
    AnswerKey(path, market=MARKET, clock=clock, size=200).write()
    content = json.loads(path.read_text())
    assert content["minute"] == START_MINUTE
    assert [flip["net"] for flip in content["flips"]] == [
        flip.net for flip in planted(MARKET, FIRST[:200], START_MINUTE)
    ]
