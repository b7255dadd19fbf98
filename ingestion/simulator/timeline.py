"""One series with running sums, so that a question about an interval costs two look-ups instead of a walk."""

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from ingestion.simulator.csv_types import NOTHING, Row, width

MINUTES_PER_DAY = 1440
FAST_RANK = 10_000
_NEVER_LOWEST = 1 << 62


class Span(NamedTuple):
    """An interval in Keepa minutes, and the minute at which the answer is given."""

    start: int
    end: int
    now: int

    @classmethod
    def of_days(cls, days: int, now: int) -> "Span":
        """The last `days` days."""
        return cls(now - days * MINUTES_PER_DAY, now, now)


class Timeline:
    """Keepa minutes in ascending order, at least one, and the landed value from each on; negative: nothing on offer.

    `_stocked[n]` is for how many minutes before point `n` something was on offer, `_weighed[n]` the sum of the
    values of those minutes. Both grow evenly from a point to the next, so their difference between two minutes is
    exact, wherever in between these lie.
    """

    __slots__ = ("_candidates", "_ever_offered", "_stocked", "_weighed", "times", "values")

    def __init__(self, times: Row, values: Row) -> None:
        self.times, self.values = times, values
        self._ever_offered = max(values) >= 0
        has_gaps = min(values) < 0
        self._candidates = [value if value >= 0 else _NEVER_LOWEST for value in values] if has_gaps else values
        minutes, sums = [0], [0]
        stocked = weighed = 0
        for value, time, following in zip(values, times, times[1:], strict=False):
            if value >= 0:
                stocked += following - time
                weighed += value * (following - time)
            minutes.append(stocked)
            sums.append(weighed)
        self._stocked, self._weighed = minutes, sums

    @classmethod
    def of_row(cls, kind: int, row: Row) -> "Timeline":
        """Of a csv row: a negative price stays, a negative shipping counts as nothing."""
        if width(kind) == 2:
            return cls(row[::2], row[1::2])
        prices, shipping = row[1::3], row[2::3]
        return cls(row[::3], [p + s if s > 0 and p >= 0 else p for p, s in zip(prices, shipping, strict=True)])

    def at(self, minute: int) -> int:
        """The value that held at a minute, or -1 before the first point."""
        place = bisect_right(self.times, minute)
        return self.values[place - 1] if place else NOTHING

    def window(self, span: Span, tracked_since: int) -> tuple[int, int]:
        """The mean of an interval, and the percentage of it without anything on offer."""
        start, end = span.start, min(span.end, span.now)
        before, after = self._until(start), self._until(end)
        mean = self._mean(span, before, after)
        if tracked_since > start:
            start, before = tracked_since, self._until(tracked_since)
        if end <= start:
            return mean, 100
        return mean, 100 - 100 * (after[0] - before[0]) // (end - start)

    def _mean(self, span: Span, before: tuple[int, int], after: tuple[int, int]) -> int:
        """Weighted by time, of the times with something on offer; `before` and `after` are the sums at either end.

        Keepa's sum starts at -1, unless the value at the start was carried into the interval from before it; and a
        single point inside is the mean itself.
        """
        times, values = self.times, self.values
        if times[0] > span.end:
            return NOTHING
        start, end = max(span.start, times[0]), min(span.end, span.now)
        if end <= start:
            return max(self._just_before(end), NOTHING)
        if len(times) == 1:
            return max(values[0], NOTHING)
        total, weight = after[1] - before[1], after[0] - before[0]
        if self._just_before(start) < 0:
            total -= 1
        return total // weight if weight and total >= 0 else NOTHING

    def extremes(self, span: Span | None) -> tuple[list[int] | None, list[int] | None]:
        """[time, value] of the first lowest and of the first highest value that held in the interval, or ever.

        None twice if there never was a value, [-1, -1] if there was none in the interval.
        """
        if not self._ever_offered:
            return None, None
        if span is None:
            return self._first(min(self._candidates)), self._first(max(self.values))
        first = max(bisect_right(self.times, span.start) - 1, 0)
        behind = bisect_left(self.times, span.end)
        highest = max(self.values[first:behind], default=NOTHING)
        if highest < 0:
            return [NOTHING, NOTHING], [NOTHING, NOTHING]
        lowest = min(self._candidates[first:behind])
        return self._first(lowest, first, span.start), self._first(highest, first, span.start)

    def falls(self) -> Row:
        """When a sales rank fell so far that it is read as a sale: a small fall counts only for a fast seller."""
        found = []
        for time, before, after in zip(self.times[1:], self.values, self.values[1:], strict=False):
            if 0 <= after < before and (before - after) / before >= (0.001 if before < FAST_RANK else 0.05):
                found.append(time)
        return found

    def gaps(self, span: Span) -> int:
        """How often there was nothing to sell during the interval, a gap that began before it included."""
        began = sum(value < 0 for value in self.values[bisect_right(self.times, span.start) :])
        return began + (self.times[0] <= span.start and self.at(span.start) < 0)

    def _until(self, minute: int) -> tuple[int, int]:
        """Minutes with something on offer before this one, and the sum of their values."""
        place = bisect_right(self.times, minute) - 1
        if place < 0:
            return 0, 0
        since, value = minute - self.times[place], self.values[place]
        if value < 0:
            return self._stocked[place], self._weighed[place]
        return self._stocked[place] + since, self._weighed[place] + value * since

    def _just_before(self, minute: int) -> int:
        place = bisect_left(self.times, minute)
        return self.values[place - 1] if place else NOTHING

    def _first(self, value: int, place: int = 0, start: int = 0) -> list[int]:
        """Where the value is met first from a place on; it counts from the interval's start at the earliest."""
        return [max(self.times[self.values.index(value, place)], start), value]
