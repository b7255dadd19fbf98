"""Raw records against listings: each one applied or set aside, and the tables equal to a fold of the kept log.

Consumers may be at work meanwhile. Guards only grow, so the first check holds at any moment; the second follows the
position and looks again at what differs, until position and rows are of one moment.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ingestion.conservation import digest
from ingestion.conservation.kept import pages
from ingestion.conservation.report import Check
from ingestion.enrichment import rows
from ingestion.enrichment.changes import Key
from ingestion.enrichment.folding import fold
from ingestion.enrichment.snapshots import snapshot_of
from ingestion.enrichment.state import BASE, Guard, ListingState
from ingestion.errors import InvalidRecord
from ingestion.eventlog.base import Record
from ingestion.events import RawKeepaUpdate, decode
from ingestion.models import DeadLetter, LogPartition, LogPosition
from ingestion.topics import ENRICHMENT, RAW
from products.models import Listing

_TRIES = 20
_ROWS = 200


def check() -> tuple[Check, Check]:
    """Both checks over all partitions."""
    proof = Proof()
    for partition in LogPartition.objects.filter(topic=RAW.name).order_by("partition"):
        proof.partition(partition)
    return proof.records(), proof.tables()


class Proof:
    """What was found so far, a partition at a time."""

    def __init__(self) -> None:
        self._below = self._aside = self._compared = self._unfoldable = 0
        self._row_digest = self._fold_digest = 0
        self._missing: list[str] = []
        self._differing: list[str] = []

    def partition(self, row: LogPartition) -> None:
        """Read the kept records below the position once: check each, fold what can be folded, compare."""
        folds = Folds(row.partition, row.first_offset)
        for page in folds.advance():
            self._check(page, folds.aside)
        self._below += folds.passed
        self._aside += folds.set_aside
        self._unfoldable += len(folds.refused)
        self._compare(folds)

    def records(self) -> Check:
        """Every record below the position is in its listing, at that or a newer guard, or a dead letter."""
        seen = (
            f"{self._below} kept records of {RAW.name} below the position of {ENRICHMENT}:"
            f" {self._below - self._aside - len(self._missing)} in their listing, {self._aside} set aside,"
            f" {len(self._missing)} missing"
        )
        return Check("Records", seen, self._missing)

    def tables(self) -> Check:
        """The rows equal a fold of the kept log, one record after the other."""
        seen = (
            f"{self._compared} of {Listing.objects.count()} listings have all their records kept, from a full poll on,"
            f" and {len(self._differing)} of them differ; digest of their rows {digest.short(self._row_digest)},"
            f" of the folded log {digest.short(self._fold_digest)}"
        )
        if self._unfoldable:
            seen += f"; {self._unfoldable} left out, whose records the present settings refuse"
        return Check("Tables", seen, self._differing)

    def _check(self, page: Sequence[tuple[Record, RawKeepaUpdate | None]], aside: frozenset[tuple[int, int]]) -> None:
        guards = _guards({update.asin for _, update in page if update})
        for record, update in page:
            if (record.offset, record.epoch) in aside:
                continue
            if update is None:
                self._missing.append(f"{record} cannot be decoded, but was not set aside")
                continue
            stored = guards.get((update.asin, update.marketplace), {})
            guard = Guard(update.source_minute, record.epoch, record.offset)
            late = [name for name in _groups(update) if stored.get(name, Guard(-1, -1, -1)) < guard]
            if late:
                place = f"{update.asin} {update.marketplace}"
                self._missing.append(f"{record} is neither in the listing {place} ({', '.join(late)}) nor set aside")

    def _compare(self, folds: "Folds") -> None:
        keys = sorted(folds.states)
        for start in range(0, len(keys), _ROWS):
            chunk = keys[start : start + _ROWS]
            found = _settled(folds, chunk)
            for key, (row, folded) in found.items():
                self._compared += 1
                self._row_digest ^= digest.number(row)
                self._fold_digest ^= digest.number(folded)
                if row != folded:
                    parts = ", ".join(digest.differing(row, folded)) if row else "there is no row"
                    self._differing.append(f"{' '.join(key)} differs from its records: {parts}")


class Folds:
    """A partition's listings, folded from the kept records up to a position that can advance."""

    def __init__(self, partition: int, start: int) -> None:
        self.partition = partition
        self.states: dict[Key, ListingState] = {}
        self.began: dict[Key, datetime] = {}
        self.refused: set[Key] = set()
        self.aside: frozenset[tuple[int, int]] = frozenset()
        self.passed = self.set_aside = 0
        self._next = start

    def advance(self) -> Iterator[list[tuple[Record, RawKeepaUpdate | None]]]:
        """Fold what the consumer passed since; yields the records, decoded, page by page."""
        end = position(self.partition)
        letters = DeadLetter.objects.filter(group=ENRICHMENT, topic=RAW.name, partition=self.partition)
        self.aside = frozenset(letters.values_list("offset", "epoch"))
        for page in pages(RAW.name, self.partition, self._next, end):
            decoded = [(record, _decoded(record)) for record in page]
            for record, update in decoded:
                self.passed += 1
                if (record.offset, record.epoch) in self.aside:
                    self.set_aside += 1
                elif update:
                    self._fold(record, update)
            yield decoded
        self._next = max(self._next, end)

    def follow(self) -> bool:
        """Whether the consumer went on meanwhile; if so, so did this."""
        before = self._next
        for _ in self.advance():
            pass
        return self._next > before

    def _fold(self, record: Record, update: RawKeepaUpdate) -> None:
        key = update.asin, update.marketplace
        if key not in self.began:
            self.began[key] = record.timestamp
            if "history" not in update.asked or update.history_from != 0:
                return
        elif key not in self.states:
            return
        try:
            self.states[key] = fold(self.states.get(key), snapshot_of(record))
        except InvalidRecord:
            self.refused.add(key)
            self.states.pop(key, None)


def position(partition: int) -> int:
    """How far the enrichment has read."""
    rows = LogPosition.objects.filter(group=ENRICHMENT, topic=RAW.name, partition=partition)
    return rows.values_list("next_offset", flat=True).first() or 0


def _settled(folds: Folds, keys: Sequence[Key]) -> dict[Key, tuple[dict[str, str], dict[str, str]]]:
    """Row and fold of each listing. Those that differ are read again as long as the consumer goes on."""
    found: dict[Key, tuple[dict[str, str], dict[str, str]]] = {}
    waiting = list(keys)
    for _ in range(_TRIES):
        found |= _pairs(folds, waiting)
        waiting = [key for key in waiting if key in found and found[key][0] != found[key][1]]
        if not waiting or not folds.follow():
            break
    return found


def _pairs(folds: Folds, keys: Sequence[Key]) -> dict[Key, tuple[dict[str, str], dict[str, str]]]:
    """A listing older than its first kept record is left out: what it was made of is no longer known."""
    asins = {asin for asin, _ in keys}
    created = {
        (asin, code): at
        for asin, code, at in Listing.objects.filter(product_id__in=asins).values_list(
            "product_id", "marketplace", "created_at"
        )
    }
    stored = rows.load(set(keys))
    return {
        key: (digest.of_row(stored[key]) if key in stored else {}, digest.of_fold(folds.states[key]))
        for key in keys
        if key in folds.states and (key not in created or created[key] >= folds.began[key])
    }


def _decoded(record: Record) -> RawKeepaUpdate | None:
    try:
        return decode(RawKeepaUpdate, record.value)
    except InvalidRecord:
        return None


def _groups(update: RawKeepaUpdate) -> list[str]:
    return [BASE if group == "history" else group for group in update.asked]


def _guards(asins: set[str]) -> dict[Key, dict[str, Guard]]:
    return {key: stored.state.guards for key, stored in rows.load_without_histories(asins).items()}
