"""One truth about a listing, and the snapshots that Keepa would have given of it at any time."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from ingestion.eventlog.base import Record
from ingestion.events import Group
from products.marketplaces import Code
from products.series import BUY_BOX, COUNT_NEW, NEW, RATING
from tests.ingestion.enrichment.raw import MINUTE, csv_of, keepa_product, record

DAYS = 40
BEGIN = MINUTE - DAYS * 1440
Points = list[tuple[int, int]]


@dataclass(frozen=True)
class Poll:
    """When Keepa was asked for what; `window` in days, 0 for all."""

    minute: int
    window: int
    asked: tuple[Group, ...]


@dataclass(frozen=True)
class Truth:
    """What really happened on a marketplace, and when it was looked at."""

    code: Code
    points: dict[int, Points]
    polls: tuple[Poll, ...]

    def records(self) -> list[Record]:
        """One record per poll; what Keepa knew then, cut as asked. The log's order is that of the offsets."""
        return [self._record(poll, offset) for offset, poll in enumerate(self.polls)]

    def _record(self, poll: Poll, offset: int) -> Record:
        since = poll.minute - poll.window * 1440 if poll.window else 0
        seen = {kind: self._seen(kind, poll, since) for kind in self.points}
        product = keepa_product(
            code=self.code,
            title=f"Title of day {poll.minute // 2880}",
            referralFeePercentage=15 + poll.minute % 7 / 100,
            csv=csv_of(seen) if "history" in poll.asked else None,
            stats={
                "buyBoxPrice": 1 if "buybox" in poll.asked else -2,
                "buyBoxSellerId": f"S{poll.minute % 3}",
                "offerCountFBA": poll.minute % 5 if "offers" in poll.asked else -2,
            },
        )
        return record(
            code=self.code,
            offset=offset,
            minute=poll.minute,
            asked=poll.asked,
            history_from=max(0, since),
            product=product,
        )

    def _seen(self, kind: int, poll: Poll, since: int) -> Sequence[int]:
        """The points up to the poll, with the last one before the window, as Keepa gives them."""
        if (kind == BUY_BOX and "buybox" not in poll.asked) or (kind == RATING and "rating" not in poll.asked):
            return []
        known = [point for point in self.points[kind] if point[0] <= poll.minute]
        inside = [point for point in known if point[0] >= since]
        shown = known[len(known) - len(inside) - 1 :] if len(inside) < len(known) else inside
        width = (0,) if kind == BUY_BOX else ()
        return [number for point in shown for number in (*point, *width)]


@st.composite
def points(draw: st.DrawFn) -> Points:
    """A few changes within the time regarded."""
    minutes = sorted(draw(st.sets(st.integers(BEGIN, MINUTE), min_size=1, max_size=12)))
    return [(minute, draw(st.integers(-1, 60))) for minute in minutes]


@st.composite
def polls(draw: st.DrawFn) -> Poll:
    """The history nearly always, the rest now and then, over a window or over everything."""
    extra: tuple[Group, ...] = ("buybox", "rating", "offers")
    asked: list[Group] = ["history"] if draw(st.integers(0, 9)) else []
    asked += draw(st.lists(st.sampled_from(extra), unique=True, max_size=3))
    minute = draw(st.integers(BEGIN, MINUTE))
    return Poll(minute, draw(st.sampled_from([0, 0, 2, 9])), tuple(asked or ["history"]))


def truths(code: Code = "DE") -> st.SearchStrategy[Truth]:
    """A listing with five series, looked at up to nine times, in the order of the log or not."""
    series = st.fixed_dictionaries({kind: points() for kind in (NEW, COUNT_NEW, BUY_BOX, RATING)})
    looks = st.lists(polls(), min_size=1, max_size=9)
    return st.builds(lambda p, q: Truth(code, p, tuple(q)), series, looks)
