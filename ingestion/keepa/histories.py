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
    _check_minutes(minutes, width, asin, kind, latest)
    _check_values(values, width, asin, kind)
    return _one_per_minute(minutes.astype(np.int32), values.astype(np.int32))


def _check_minutes(minutes: NDArray[np.int64], width: int, asin: str, kind: SeriesType, latest: int) -> None:
    backwards = np.flatnonzero(minutes[1:] < minutes[:-1])
    if len(backwards):
        at = int(backwards[0]) + 1
        raise InvalidRecord(f"{asin}: series {kind.name} goes back in time at position {at * width}.")
    if minutes[0] < 0:
        raise InvalidRecord(f"{asin}: series {kind.name} has the time {minutes[0]} at position 0, before 2011.")
    if minutes[-1] > latest:
        at = int(np.searchsorted(minutes, latest, side="right"))
        raise InvalidRecord(
            f"{asin}: series {kind.name} has the time {minutes[at]} at position {at * width}, which is in the future."
        )


def _check_values(values: NDArray[np.int64], width: int, asin: str, kind: SeriesType) -> None:
    beyond = np.flatnonzero((values > _LARGEST) | (values < -_LARGEST))
    if len(beyond):
        at = int(beyond[0])
        raise InvalidRecord(
            f"{asin}: series {kind.name} has the value {values[at]} at position {at * width + 1}, beyond {_LARGEST}."
        )


def _one_per_minute(minutes: NDArray[np.int32], values: NDArray[np.int32]) -> Series:
    """Of points with the same minute the last one holds."""
    if (minutes[1:] > minutes[:-1]).all():
        return Series(minutes, values)
    last = np.append(minutes[1:] > minutes[:-1], True)
    return Series(minutes[last], values[last])
