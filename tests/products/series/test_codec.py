"""Packing histories into bytes and back."""

import zlib

import numpy as np
import pytest
from hypothesis import given, settings

from products.models import Listing
from products.series import NEW, SALES, History, UnknownFormat, of_listing, pack, same, series_of, unpack
from tests.products.series.strategies import histories


@settings(max_examples=200, deadline=None)
@given(history=histories())
def test_what_is_packed_comes_back(history: History) -> None:
    filled = {kind: series for kind, series in history.items() if len(series.minutes)}
    found = unpack(pack(history))
    assert same(found, filled)
    assert all(series.minutes.dtype == series.values.dtype == np.int32 for series in found.values())


def test_nothing_is_the_empty_string() -> None:
    assert pack({}) == pack({NEW: series_of([], [])}) == b""
    assert unpack(b"") == {}


def test_equal_histories_have_equal_bytes_whatever_the_order_of_types() -> None:
    one, two = series_of([5, 9], [100, -1]), series_of([7], [3])
    assert pack({NEW: one, SALES: two}) == pack({SALES: two, NEW: one})


def test_another_format_is_refused_with_a_sentence() -> None:
    with pytest.raises(UnknownFormat, match="format 9 is not known"):
        unpack(b"\x09rest")
    with pytest.raises(zlib.error):
        unpack(b"\x01damaged")


def test_a_year_of_eight_series_is_small() -> None:
    random = np.random.default_rng(1)
    series = series_of(np.sort(random.choice(525_600, 100, replace=False)), random.integers(1000, 9000, 100))
    assert len(pack(dict.fromkeys(range(8), series))) < 8 * 100 * 8 * 0.75


def test_a_listing_is_its_base_and_its_tail() -> None:
    base, tail = {NEW: series_of([5, 9], [100, -1])}, {NEW: series_of([12], [90])}
    listing = Listing(history_base=pack(base), history_tail=pack(tail))
    assert same(of_listing(listing), {NEW: series_of([5, 9, 12], [100, -1, 90])})
