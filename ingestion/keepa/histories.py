"""From Keepa's `csv` to the series that are kept (keepa.md 8 and 9)."""

import numpy as np
from msgspec import Raw
from numpy.typing import NDArray

from ingestion.errors import InvalidRecord
from ingestion.keepa.constants import SERIES_TYPES, SeriesType
from ingestion.keepa.payload import KeepaProduct
from products.series import KEPT, History, Series

CLOCK_SLACK = 60
"""Minutes by which a point may lie after our own time: Keepa's clock is not ours."""

_LARGEST = 2**31 - 1


def history_of(product: KeepaProduct, *, latest: int) -> History:
    """The kept series of a product, prices landed. `latest` is the Keepa minute in which the answer came.

    Types that are null, empty, or beyond the end of a short `csv` are left out; a longer `csv` is none of our concern.
    Raises InvalidRecord naming ASIN, series and position in Keepa's array.
    """
    csv = product.csv or []
    history: History = {}
    for kind in KEPT:
        if kind >= len(csv):
            break
        numbers = _numbers(csv[kind], product.asin, SERIES_TYPES[kind])
        if len(numbers):
            history[kind] = _series(numbers, product.asin, SERIES_TYPES[kind], latest + CLOCK_SLACK)
    return history


def _numbers(raw: Raw, asin: str, kind: SeriesType) -> NDArray[np.int64]:
    """The flat array of one type. `raw` is valid JSON already, so its brackets are the first and the last byte."""
    text = bytes(raw)
    if text == b"null":
        return np.empty(0, dtype=np.int64)
    if not text.startswith(b"["):
        raise InvalidRecord(f"{asin}: series {kind.name} is not an array.")
    try:
        return np.fromstring(text[1:-1], dtype=np.int64, sep=",")
    except (ValueError, DeprecationWarning) as error:
        raise InvalidRecord(f"{asin}: series {kind.name} holds something that is not an integer.") from error


def _series(numbers: NDArray[np.int64], asin: str, kind: SeriesType, latest: int) -> Series:
    width = 3 if kind.triple else 2
    if len(numbers) % width:
        raise InvalidRecord(
            f"{asin}: series {kind.name} has {len(numbers)} numbers, which is no multiple of {width}; "
            f"position {len(numbers) - len(numbers) % width} begins a point without an end."
        )
    minutes, values = numbers[::width], numbers[1::width]
    if kind.triple:
        values = np.where(values < 0, values, values + np.maximum(numbers[2::width], 0))
    ascending = bool((minutes[1:] > minutes[:-1]).all())
    if not ascending:
        _check_order(minutes, width, asin, kind)
    _check_times(minutes, width, asin, kind, latest)
    if values.max() > _LARGEST or values.min() < -_LARGEST:
        raise _beyond(values, width, asin, kind)
    series = Series(minutes.astype(np.int32), values.astype(np.int32))
    return series if ascending else _one_per_minute(series)


def _check_order(minutes: NDArray[np.int64], width: int, asin: str, kind: SeriesType) -> None:
    backwards = np.flatnonzero(minutes[1:] < minutes[:-1])
    if len(backwards):
        at = int(backwards[0]) + 1
        raise InvalidRecord(f"{asin}: series {kind.name} goes back in time at position {at * width}.")


def _check_times(minutes: NDArray[np.int64], width: int, asin: str, kind: SeriesType, latest: int) -> None:
    if minutes[0] < 0:
        raise InvalidRecord(f"{asin}: series {kind.name} has the time {minutes[0]} at position 0, before 2011.")
    if minutes[-1] > latest:
        at = int(np.searchsorted(minutes, latest, side="right"))
        raise InvalidRecord(
            f"{asin}: series {kind.name} has the time {minutes[at]} at position {at * width}, which is in the future."
        )


def _beyond(values: NDArray[np.int64], width: int, asin: str, kind: SeriesType) -> InvalidRecord:
    at = int(np.flatnonzero((values > _LARGEST) | (values < -_LARGEST))[0])
    return InvalidRecord(
        f"{asin}: series {kind.name} has the value {values[at]} at position {at * width + 1}, beyond {_LARGEST}."
    )


def _one_per_minute(series: Series) -> Series:
    """Of points with the same minute the last one holds."""
    last = np.append(series.minutes[1:] > series.minutes[:-1], True)
    return Series(series.minutes[last], series.values[last])
