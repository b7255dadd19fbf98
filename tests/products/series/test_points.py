"""Merging and splitting histories."""

from datetime import date

from hypothesis import given, settings

from products.series import (
    NEW,
    History,
    Series,
    add_late,
    first_minute_of,
    last_value,
    merge,
    newest_minute,
    same,
    series_of,
    split,
)
from tests.products.series.strategies import histories, price_series


def _points(series: Series) -> dict[int, int]:
    return dict(zip(series.minutes.tolist(), series.values.tolist(), strict=True))


@settings(max_examples=200, deadline=None)
@given(older=price_series(days=1), newer=price_series(days=1))
def test_merging_is_the_union_by_minute_and_the_newer_side_wins(older: Series, newer: Series) -> None:
    merged = merge({NEW: older}, {NEW: newer})[NEW]
    assert _points(merged) == _points(older) | _points(newer)
    assert merged.minutes.tolist() == sorted(merged.minutes.tolist())


@settings(max_examples=200, deadline=None)
@given(known=price_series(days=1), late=price_series(days=1))
def test_what_comes_late_changes_no_known_point(known: Series, late: Series) -> None:
    merged = add_late({NEW: known}, {NEW: late})[NEW]
    assert _points(merged) == _points(late) | _points(known)
    assert add_late({NEW: merged}, {NEW: late})[NEW] is merged


@settings(max_examples=100, deadline=None)
@given(history=histories())
def test_merging_what_is_known_gives_back_the_very_same_series(history: History) -> None:
    merged = merge(history, {kind: series_of(s.minutes[-2:], s.values[-2:]) for kind, s in history.items()})
    assert all(merged[kind] is series for kind, series in history.items())


@settings(max_examples=100, deadline=None)
@given(series=price_series())
def test_a_split_history_merges_to_what_it_was(series: Series) -> None:
    upto, after = split({NEW: series}, 8_050_000)
    assert newest_minute(upto) <= 8_050_000
    assert all(part.minutes[0] > 8_050_000 for part in after.values())
    assert same(merge(upto, after), {NEW: series} if len(series.minutes) else {})


def test_the_last_value_keeps_minus_one_apart_from_nothing_known() -> None:
    assert last_value({NEW: series_of([1, 2], [5, -1])}, NEW) == -1
    assert last_value({}, NEW) is None


def test_days_begin_at_midnight_of_keepas_time() -> None:
    assert first_minute_of(date(2011, 1, 2)) == 1440
