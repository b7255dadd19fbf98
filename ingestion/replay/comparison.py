"""Listings and documents of a replay against the live ones, of what begins with a full poll, as far as the span goes.

Consumers of the live installation may be at work. A listing is compared only if no record of its product stands
behind the span, which is looked at after its row was read; so a row that has moved on is left out, not called wrong.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ingestion.conservation import digest
from ingestion.conservation.kept import pages
from ingestion.conservation.listings import position
from ingestion.enrichment import rows
from ingestion.enrichment.changes import Key, Stored
from ingestion.errors import InvalidRecord
from ingestion.events import RawKeepaUpdate, decode
from ingestion.models import DeadLetter, LogRecord
from ingestion.replay.documents import compare_documents
from ingestion.replay.places import ALIAS, LIVE
from ingestion.replay.spans import Stretch
from ingestion.topics import ENRICHMENT, RAW
from products.models import Listing

_ROWS = 200
NO_FULL_POLL = "their records in the span do not begin with a full poll"
OLDER = "they have records from before the span"
LATER = "they have records behind the span"
UNREAD = "the live installation has not passed all their records"


@dataclass(slots=True)
class Seen:
    """What the span says of a listing: when its records begin, whether with a full poll, and where they end."""

    began: datetime
    is_full: bool
    last: int


@dataclass(slots=True)
class Comparison:
    """What came out. `left_out` counts listings by reason; both kinds of differences are sentences."""

    listings: int = 0
    compared: int = 0
    live: int = 0
    replayed: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    documents: int = 0
    document_differences: list[str] = field(default_factory=list)


def compare(stretches: Sequence[Stretch]) -> Comparison:
    """All listings that have a record in the span, and the documents of products of which all are equal.

    Only while the replay is connected.
    """
    found = Comparison()
    for stretch in stretches:
        seen = _seen(stretch)
        found.listings += len(seen)
        behind = Behind(stretch)
        keys, equal = sorted(seen), set[Key]()
        for start in range(0, len(keys), _ROWS):
            equal |= _compare({key: seen[key] for key in keys[start : start + _ROWS]}, stretch, behind, found)
        documents = compare_documents(equal, behind.asins)
        found.documents += documents.compared
        found.document_differences += documents.differences
    return found


class Behind:
    """Products that have records behind the span."""

    def __init__(self, stretch: Stretch) -> None:
        self._stretch = stretch
        self._next = stretch.end
        self._asins: set[str] = set()

    def asins(self) -> set[str]:
        """As of now."""
        rows = LogRecord.objects.filter(
            topic=RAW.name, partition=self._stretch.partition, offset__gte=self._next
        ).values_list("offset", "key")
        for offset, key in rows:
            self._next = max(self._next, offset + 1)
            self._asins.add(key)
        return self._asins


def _seen(stretch: Stretch) -> dict[Key, Seen]:
    found: dict[Key, Seen] = {}
    for page in pages(RAW.name, stretch.partition, stretch.start, stretch.end):
        for record in page:
            try:
                update = decode(RawKeepaUpdate, record.value)
            except InvalidRecord:
                continue
            key = update.asin, update.marketplace
            is_full = "history" in update.asked and update.history_from == 0
            one = found.setdefault(key, Seen(record.timestamp, is_full, record.offset))
            one.last = record.offset
    return found


def _compare(seen: dict[Key, Seen], stretch: Stretch, behind: Behind, found: Comparison) -> set[Key]:
    """Returns the listings that are equal."""
    equal = set()
    passed = position(stretch.partition)
    live, replayed = rows.load(seen), rows.load(seen, using=ALIAS)
    created = _created(seen)
    later = behind.asins()
    for key, one in seen.items():
        reason = _left_out(key, one, created, later, passed)
        if reason:
            found.left_out[reason] += 1
            continue
        found.compared += 1
        ours, theirs = _parts(live.get(key)), _parts(replayed.get(key))
        found.live ^= digest.number(ours)
        found.replayed ^= digest.number(theirs)
        if ours == theirs:
            equal.add(key)
        else:
            found.differences.append(f"{' '.join(key)}: {'; '.join(_why(key, ours, theirs, stretch))}")
    return equal


def _left_out(key: Key, seen: Seen, created: dict[Key, datetime], later: set[str], passed: int) -> str:
    if not seen.is_full:
        return NO_FULL_POLL
    if key in created and created[key] < seen.began:
        return OLDER
    if key[0] in later:
        return LATER
    return UNREAD if seen.last >= passed else ""


def _created(keys: dict[Key, Seen]) -> dict[Key, datetime]:
    listings = Listing.objects.filter(product_id__in={asin for asin, _ in keys})
    return {(asin, code): at for asin, code, at in listings.values_list("product_id", "marketplace", "created_at")}


def _parts(stored: Stored | None) -> dict[str, str]:
    return digest.of_row(stored) if stored else {}


def _why(key: Key, live: dict[str, str], replayed: dict[str, str], stretch: Stretch) -> Iterator[str]:
    if not live:
        yield "there is no live row"
    elif not replayed:
        yield "the replay has no row"
    else:
        yield f"differs in {', '.join(digest.differing(live, replayed))}"
    for alias, who in ((LIVE, "live"), (ALIAS, "by the replay")):
        letters = DeadLetter.objects.using(alias).filter(stretch.where, group=ENRICHMENT, key=key[0])
        for letter in letters[:1]:
            yield f"{letter} was set aside {who}: {letter.reason}"
