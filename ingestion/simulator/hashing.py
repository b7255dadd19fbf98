"""Randomness by counting: the n-th number of a stream is a hash, so any of them can be had without those before it."""

from enum import IntEnum
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0xD1B54A32D192ED03)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_TO_UNIT = 2.0**-53


class Salt(IntEnum):
    """One stream per question. The numbers are part of the truth: a changed one changes every product."""

    LISTING = 1
    BASE_PRICE = 2
    MARKET_FACTOR = 3
    ACTIVITY = 4
    HOT = 5
    BORN = 6
    AMAZON_SELLS = 7
    AMAZON_FACTOR = 8
    PREMIUM = 9
    SHIPPING = 10
    USED_SOLD = 11
    RANK_BASE = 12
    OFFERS = 13
    RATING = 14
    REVIEWS = 15
    PLANT = 16
    PLANT_KIND = 17
    PLANT_SOURCE = 18
    PLANT_TARGET = 19
    PLANT_STRENGTH = 20
    PLANT_CYCLE = 21
    UPDATE_PHASE = 28
    PRICE_TIME = 40
    RANK_TIME = 41
    NOISE = 42
    NEW_OUT = 43
    AMAZON_OUT = 44
    BUY_BOX_OUT = 45
    RANK = 46
    COUNT = 47
    COUNT_FBA = 48
    LIST_PRICE = 49
    USED = 50
    SELLER = 51
    STARS = 52


def key_of(text: str) -> int:
    """A 64 bit key for a text; the same on every machine."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def words(keys: U64, salt: Salt, counter: I64 | None = None) -> U64:
    """One 64 bit hash per key, and per counter where one is given (splitmix64's finaliser)."""
    with np.errstate(over="ignore"):
        value = keys + np.uint64(salt) * _GOLDEN
        if counter is not None:
            value = value + counter.astype(np.uint64) * _STEP
        value = (value ^ (value >> np.uint64(30))) * _FIRST
        value = (value ^ (value >> np.uint64(27))) * _SECOND
        result: U64 = value ^ (value >> np.uint64(31))
        return result


def units(keys: U64, salt: Salt, counter: I64 | None = None) -> F64:
    """Numbers in [0, 1), one per key."""
    result: F64 = (words(keys, salt, counter) >> np.uint64(11)).astype(np.float64) * _TO_UNIT
    return result


def choices(keys: U64, salt: Salt, count: int) -> I64:
    """An index below `count`, one per key."""
    result: I64 = (words(keys, salt) % np.uint64(count)).astype(np.int64)
    return result
