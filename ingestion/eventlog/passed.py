"""Which keys a group passed between two looks at its positions: what its tables may have changed for."""

from collections import Counter
from collections.abc import Mapping

from django.db.models import Q

from ingestion.models import LogPosition, LogRecord
from ingestion.topics import Topic

Positions = Mapping[int, int]
"""The next offset of each partition."""

MOST = 50_000
"""Records looked through; after more than that everything counts as changed."""


def positions_of(group: str, topic: Topic) -> dict[int, int]:
    """How far a group has read a topic now; one query.

    A position moves in the transaction that holds the effects, so rows read after this have at least those.
    """
    rows = LogPosition.objects.filter(group=group, topic=topic.name)
    return dict(rows.values_list("partition", "next_offset"))


def keys_passed(topic: Topic, before: Positions, after: Positions) -> set[str] | None:
    """The keys of the records between two positions; one query at most.

    None where that is not known: records were pruned meanwhile, the log was begun anew, or it is too many.
    """
    spans = {place: (before.get(place, 0), end) for place, end in after.items() if end != before.get(place, 0)}
    lengths = {place: end - start for place, (start, end) in spans.items()}
    if not spans:
        return set()
    if set(before) - set(after) or min(lengths.values()) < 0 or sum(lengths.values()) > MOST:
        return None
    wanted = Q()
    for place, (start, end) in spans.items():
        wanted |= Q(partition=place, offset__gte=start, offset__lt=end)
    records = list(LogRecord.objects.filter(wanted, topic=topic.name).values_list("partition", "key"))
    found = Counter(place for place, _ in records)
    return {key for _, key in records} if found == Counter(lengths) else None
