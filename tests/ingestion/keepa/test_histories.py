"""From csv to series: pairs and triples, arrays of any length, and every way to be wrong (keepa.md 8, 9)."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.errors import InvalidRecord
from ingestion.keepa.constants import SERIES_TYPES
from ingestion.keepa.histories import CLOCK_SLACK, history_of
from ingestion.keepa.payload import decode_product
from products.series import AMAZON, BUY_BOX, COUNT_NEW_FBA, KEPT, NEW, RATING, SALES
from tests.ingestion.keepa.answers import ASIN, product

NOW = 8_000_000
Points = dict[int, list[tuple[int, int]]]


def csv_of(series: dict[int, Any], length: int = 36) -> list[Any]:
    """A csv array with some types filled and null elsewhere."""
    return [series.get(kind) for kind in range(length)]


def points_of(csv: Any) -> Points:
    """The decoded series as lists of (minute, value)."""
    raw = json.dumps(product(csv=csv)).encode()
    history = history_of(decode_product(raw), latest=NOW)
    return {
        kind: list(zip(found.minutes.tolist(), found.values.tolist(), strict=True)) for kind, found in history.items()
    }


def test_the_table_has_all_36_types_with_their_triples_and_prices() -> None:
    assert len(SERIES_TYPES) == 36
    triples = {7, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 32}
    assert {place for place, kind in enumerate(SERIES_TYPES) if kind.triple} == triples
    not_prices = {3, 11, 12, 13, 14, 15, 16, 17, 34, 35}
    assert {place for place, kind in enumerate(SERIES_TYPES) if not kind.price} == not_prices
    deals = {0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 19, 20, 21, 22, 23, 24, 25, 26, 27, 32, 33}
    assert {place for place, kind in enumerate(SERIES_TYPES) if kind.deal} == deals
    assert len({kind.name for kind in SERIES_TYPES}) == 36


def test_a_pair_is_a_time_and_a_value() -> None:
    assert points_of(csv_of({NEW: [10, 5105, 20, -1, 30, 0]})) == {NEW: [(10, 5105), (20, -1), (30, 0)]}


def test_a_triple_is_a_landed_price() -> None:
    triples = [10, 1000, 399, 20, 1000, 0, 30, 1000, -1, 40, -1, -1, 50, -1, 499, 60, -2, 5]
    landed = [(10, 1399), (20, 1000), (30, 1000), (40, -1), (50, -1), (60, -2)]
    assert points_of(csv_of({BUY_BOX: triples})) == {BUY_BOX: landed}


def test_types_that_nobody_keeps_are_not_read() -> None:
    assert points_of(csv_of({2: "nonsense", 7: [1], AMAZON: [5, 100]})) == {AMAZON: [(5, 100)]}


@pytest.mark.parametrize("length", [0, 1, 34, 36, 37, 60])
def test_arrays_of_any_length_are_read_as_far_as_they_go(length: int) -> None:
    expected = {kind: [(5, 7)] for kind in KEPT if kind < length}
    filled = {kind: [5, 7, 0] if SERIES_TYPES[kind].triple else [5, 7] for kind in KEPT}
    assert points_of(csv_of(filled, length)) == expected


@pytest.mark.parametrize("csv", [None, [], [None] * 36, [[]] * 36])
def test_no_data_is_no_series(csv: Any) -> None:
    assert points_of(csv) == {}


def test_white_space_in_an_answer_means_nothing() -> None:
    raw = json.dumps(product(csv=csv_of({SALES: [1, 2, 3, 4]})), indent=3).encode()
    assert history_of(decode_product(raw), latest=NOW)[SALES].values.tolist() == [2, 4]


def test_of_two_points_of_one_minute_the_later_one_holds() -> None:
    assert points_of(csv_of({AMAZON: [5, 1, 5, 2, 7, 3, 7, 4]})) == {AMAZON: [(5, 2), (7, 4)]}


def test_a_clock_a_little_ahead_of_ours_is_forgiven() -> None:
    assert points_of(csv_of({AMAZON: [NOW + CLOCK_SLACK, 1]})) == {AMAZON: [(NOW + CLOCK_SLACK, 1)]}


@pytest.mark.parametrize(
    ("kind", "numbers", "says"),
    [
        (BUY_BOX, [1, 2, 3, 4, 5], "series BUY_BOX_SHIPPING has 5 numbers, .* multiple of 3; position 3 "),
        (NEW, [1, 2, 3], "series NEW has 3 numbers, .* multiple of 2; position 2 "),
        (NEW, [1, 2, NOW + 61, 4], f"series NEW has the time {NOW + 61} at position 2, which is in the future"),
        (BUY_BOX, [1, 2, 0, 2**40, 4, 0], f"the time {2**40} at position 3, which is in the future"),
        (NEW, [1, 2, 3, 2**31], f"series NEW has the value {2**31} at position 3"),
        (NEW, [1, 10**30], "series NEW has the value .* at position 1"),
        (NEW, [1, -(2**31)], "series NEW has the value .* at position 1"),
        (BUY_BOX, [1, 2**31 - 1, 1], f"series BUY_BOX_SHIPPING has the value {2**31} at position 1"),
        (SALES, [5, 1, 4, 1], "series SALES goes back in time at position 2"),
        (RATING, [-5, 1], "series RATING has the time -5 at position 0, before 2011"),
        (COUNT_NEW_FBA, "1,2", "series COUNT_NEW_FBA is not an array"),
        (NEW, {"1": 2}, "series NEW is not an array"),
        (NEW, 7, "series NEW is not an array"),
        (NEW, [1, "2"], "series NEW holds something that is not an integer"),
        (NEW, [1, None], "not an integer"),
        (NEW, [1, 2.5], "not an integer"),
        (NEW, [[1, 2]], "not an integer"),
        (NEW, [1, True], "not an integer"),
    ],
)
def test_a_broken_series_is_refused_with_its_name_and_place(kind: int, numbers: Any, says: str) -> None:
    with pytest.raises(InvalidRecord, match=f"^{ASIN}: .*{says}") as caught:
        points_of(csv_of({kind: numbers}))
    assert caught.value.kind == "schema"


VALUES = st.integers(-2, 2**30 - 1)
"""Two of them, a price and its shipping, still fit into 31 bits."""


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(KEPT),
        st.lists(st.tuples(st.integers(0, NOW), VALUES, VALUES), unique_by=lambda point: point[0], max_size=20),
    )
)
def test_every_proper_csv_is_read_as_it_stands(series: dict[int, list[tuple[int, int, int]]]) -> None:
    sent: dict[int, list[int]] = {}
    expected: Points = {}
    for kind, rows in series.items():
        rows = sorted(rows)
        triple = SERIES_TYPES[kind].triple
        sent[kind] = [number for row in rows for number in (row if triple else row[:2])]
        landed = [(t, p if p < 0 or not triple else p + max(s, 0)) for t, p, s in rows]
        expected |= {kind: landed} if landed else {}
    assert points_of(csv_of(sent)) == expected


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
JSON = st.recursive(LEAVES, st.lists, max_leaves=10)


@settings(max_examples=60, deadline=None)
@given(st.lists(JSON, max_size=12))
def test_any_other_csv_is_read_or_refused_and_nothing_else(csv: list[Any]) -> None:
    with contextlib.suppress(InvalidRecord):
        points_of(csv)
