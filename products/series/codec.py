"""Histories as bytes: deltas, bytes of equal weight side by side, zlib 1.

Layout: a format byte (1), then compressed: the number of series (1 byte), their types (1 byte each), their lengths
(uint32 each), then the deltas of all minutes and of all values as int32, sign in the lowest bit, stored as four planes
of bytes. Deltas run on from one series to the next and wrap at 32 bits, so every int32 survives.
"""

import zlib
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from products.series.points import History, Series, merge

if TYPE_CHECKING:
    from products.models import Listing

FORMAT = 1
_LEVEL = 1


class UnknownFormat(ValueError):
    """The first byte names no layout of this version."""


def pack(history: History) -> bytes:
    """A history as bytes; types without points are left out, nothing at all is the empty string."""
    kept = {kind: series for kind, series in sorted(history.items()) if len(series.minutes)}
    if not kept:
        return b""
    lengths = np.array([len(series.minutes) for series in kept.values()], dtype="<u4")
    header = bytes((len(kept), *kept)) + lengths.tobytes()
    numbers = np.concatenate([*(s.minutes for s in kept.values()), *(s.values for s in kept.values())])
    return bytes((FORMAT,)) + zlib.compress(header + _planes(numbers), _LEVEL)


def unpack(packed: bytes | memoryview) -> History:
    """What `pack` was given. Raises UnknownFormat for another layout, zlib.error for damaged bytes."""
    if not len(packed):
        return {}
    if packed[0] != FORMAT:
        raise UnknownFormat(f"History format {packed[0]} is not known here; this version reads format {FORMAT}.")
    body = zlib.decompress(packed[1:])
    count = body[0]
    kinds = body[1 : 1 + count]
    lengths = np.frombuffer(body, dtype="<u4", count=count, offset=1 + count)
    numbers = _numbers(np.frombuffer(body, dtype=np.uint8, offset=1 + 5 * count))
    half = len(numbers) // 2
    ends = lengths.cumsum().tolist()
    return {
        kind: Series(numbers[end - length : end], numbers[half + end - length : half + end])
        for kind, length, end in zip(kinds, lengths.tolist(), ends, strict=True)
    }


def _planes(numbers: NDArray[np.int32]) -> bytes:
    delta = numbers.copy()
    delta[1:] -= numbers[:-1]
    folded = (delta << 1) ^ (delta >> 31)
    return folded.astype("<i4", copy=False).view(np.uint8).reshape(-1, 4).T.tobytes()


def _numbers(planes: NDArray[np.uint8]) -> NDArray[np.int32]:
    folded = planes.reshape(4, -1).T.copy().view("<u4").ravel()
    delta = (folded >> 1).view(np.int32) ^ -(folded & 1).astype(np.int32)
    return np.cumsum(delta, dtype=np.int32)


def of_listing(listing: "Listing") -> History:
    """The whole history of a listing."""
    return joined(listing.history_base, listing.history_tail)


def joined(base: bytes | memoryview, tail: bytes | memoryview) -> History:
    """The whole history from its packed base and tail."""
    history = unpack(base)
    return merge(history, unpack(tail)) if tail else history
