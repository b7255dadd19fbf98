"""What the members of a group tell about themselves, for the pipeline page and the health probes.

Each member has a row of its own: one that goes on must not wipe why another stands still.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingestion.eventlog.owners import has_ended, new_owner
from ingestion.models import ConsumerState

SILENT_AFTER = timedelta(seconds=60)
"""Longer than a member that stands still rests before it tries again, and then says so."""


class Standing:
    """The row of one member."""

    def __init__(self, group: str) -> None:
        self.group = group
        self._owner = new_owner()

    def going(self, *, now: datetime) -> None:
        """It went round."""
        self._save(now, "", None)

    def stopped(self, reason: str, *, now: datetime) -> None:
        """It stands still for this reason; the first moment of that stays while the reason does."""
        before = ConsumerState.objects.filter(group=self.group, owner=self._owner, stopped_because=reason).first()
        self._save(now, reason, before.stopped_at if before else now)

    def _save(self, now: datetime, reason: str, since: datetime | None) -> None:
        values = {"seen_at": now, "stopped_because": reason, "stopped_at": since}
        ConsumerState.objects.update_or_create(group=self.group, owner=self._owner, defaults=values)
        others = ConsumerState.objects.filter(group=self.group).exclude(owner=self._owner)
        gone = [row.pk for row in others if is_silent(row.seen_at, now) or has_ended(row.owner)]
        if gone:
            ConsumerState.objects.filter(pk__in=gone).delete()


@dataclass(frozen=True, slots=True)
class Seen:
    """A group as its members tell: `members` were seen lately, `stopped` of them stand still, one of them for `why`."""

    at: datetime
    members: int
    stopped: int
    why: str
    since: datetime | None

    @property
    def part(self) -> str:
        """Which part of the group stands still, to be put behind its name: empty where it is all of it, or none."""
        return f" ({self.stopped} of {self.members} members)" if 0 < self.stopped < self.members else ""


def is_silent(seen_at: datetime, now: datetime) -> bool:
    """Whether this was so long ago that something is wrong."""
    return now - seen_at > SILENT_AFTER


def seen(now: datetime, groups: Iterable[str] | None = None) -> dict[str, Seen]:
    """Groups that ever went round; one query. Who is silent does not count beside one who is not."""
    rows: dict[str, list[ConsumerState]] = {}
    wanted = ConsumerState.objects.all() if groups is None else ConsumerState.objects.filter(group__in=groups)
    for row in wanted.order_by("group", "seen_at"):
        rows.setdefault(row.group, []).append(row)
    return {group: _together(members, now) for group, members in rows.items()}


def _together(rows: list[ConsumerState], now: datetime) -> Seen:
    lately = [row for row in rows if not is_silent(row.seen_at, now)] or rows[-1:]
    stopped = [row for row in lately if row.stopped_because]
    longest = min(stopped, key=lambda row: row.stopped_at or row.seen_at, default=None)
    return Seen(
        at=lately[-1].seen_at,
        members=len(lately),
        stopped=len(stopped),
        why=longest.stopped_because if longest else "",
        since=longest.stopped_at if longest else None,
    )
