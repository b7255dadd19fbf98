"""Keepa's own statistics, computed anew from `csv` by the algorithm of keepa.md 11. Written for these tests alone."""

from collections.abc import Sequence
from dataclasses import dataclass

DAY = 1440


@dataclass(frozen=True)
class Truth:
    """A series as points (minute, value), landed already, and the minute that counts as now."""

    points: Sequence[tuple[int, int]]
    now: int

    def mean(self, days: int) -> int:
        """The weighted mean of the last days, -1 where there is none. The sum begins at -1, as Keepa's does."""
        if not self.points or self.points[0][0] > self.now:
            return -1
        start = max(self.now - days * DAY, self.points[0][0])
        total, weight = -1, 0
        for place, (minute, value) in enumerate(self.points):
            if minute >= self.now or value < 0:
                continue
            following = self.points[place + 1][0] if place + 1 < len(self.points) else None
            if minute < start:
                if following is None or following >= self.now:
                    return value
                if following >= start:
                    total, weight = value * (following - start), following - start
                continue
            if len(self.points) == 1:
                return value
            span = min(self.now if following is None else following, self.now) - minute
            total, weight = total + value * span, weight + span
        return total // weight if total > -1 and weight else -1

    def out_of_stock(self, days: int, since: int) -> int:
        """Percent of the last days without an offer, rounded up. `since` is when Keepa began to look."""
        start = max(self.now - days * DAY, since)
        stocked = 0
        for place, (minute, value) in enumerate(self.points):
            following = self.points[place + 1][0] if place + 1 < len(self.points) else self.now
            if value >= 0:
                stocked += max(0, min(following, self.now) - max(minute, start))
        return 100 - 100 * stocked // (self.now - start)
