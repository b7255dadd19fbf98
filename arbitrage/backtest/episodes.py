"""From yes-or-no over time to episodes: when a flip opened and how long it held, by the rules of the lifecycle."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbitrage.backtest.stepping import Int64
from arbitrage.lifecycle import REOPEN_WITHIN

Mask = NDArray[np.bool_]
GAP = int(REOPEN_WITHIN.total_seconds() // 60)


class Episodes(NamedTuple):
    """Episodes in order: the place at which each opened, the minute at which it closed, and whether that was seen.

    One that was still open at the last known minute has that minute and `ended` False.
    """

    opened: NDArray[np.intp]
    closed: Int64
    ended: Mask


def episodes(opens: Mask, holds: Mask, minutes: Int64) -> Episodes:
    """The episodes of one flip looked at at ascending `minutes`.

    It opens where `opens`, closes where it no longer `holds`, and a return within six hours continues the same one.
    """
    if not opens.any():
        return Episodes(np.zeros(0, np.intp), np.zeros(0, np.int64), np.zeros(0, np.bool_))
    is_open = _states(opens, holds)
    before = np.concatenate(([False], is_open[:-1]))
    opened = np.flatnonzero(is_open & ~before)
    closed = np.flatnonzero(~is_open & before)
    ended = np.arange(len(opened)) < len(closed)
    ends = np.where(ended, minutes[np.append(closed, -1)[: len(opened)]], minutes[-1])
    first = np.concatenate(([True], minutes[opened[1:]] - ends[:-1] > GAP))
    last = np.append(first[1:], True)
    return Episodes(opened[first], ends[last], ended[last])


def _states(opens: Mask, holds: Mask) -> Mask:
    """Whether the flip is open after each look: what neither opens nor closes it leaves it as it was."""
    decided = opens | ~holds
    latest = np.maximum.accumulate(np.where(decided, np.arange(len(opens)), -1))
    states: Mask = (latest >= 0) & opens[np.maximum(latest, 0)]
    return states
