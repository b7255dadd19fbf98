"""The consumer of raw.keepa_updates: snapshots in, listings and products.enriched out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ingestion.enrichment import rows
from ingestion.enrichment.changes import Change, Key, Stored, finished
from ingestion.enrichment.folding import accepted_groups, fold, has_gap
from ingestion.enrichment.outcome import facts_of, observed
from ingestion.enrichment.snapshots import snapshot_of
from ingestion.enrichment.state import ListingState, Snapshot
from ingestion.errors import InvalidRecord
from ingestion.eventlog.base import Record
from ingestion.eventlog.sql import append
from ingestion.events import ProductEnriched
from ingestion.runner.consumers import Effects
from ingestion.topics import ENRICHED, ENRICHMENT, RAW, Topic
from products import facts, poll_targets, rollups
from products.marketplaces import CODES


@dataclass(slots=True)
class Folded:
    """A batch of snapshots, folded. `last` is each product's last record; `gaps` the listings with unasked history."""

    states: dict[Key, ListingState] = field(default_factory=dict)
    last: dict[str, tuple[Record, datetime]] = field(default_factory=dict)
    gaps: set[Key] = field(default_factory=set)
    superseded: int = 0


class EnrichmentConsumer:
    """Folds raw records into listings. One event per product and batch, for products of which a listing changed."""

    group = ENRICHMENT
    topics: tuple[Topic, ...] = (RAW,)
    batch_size = 500

    def prepare(self, records: Sequence[Record], now: datetime) -> Effects:
        """Decode, read, fold and compute; writing is left to the effects."""
        snapshots, set_aside = _decoded(records)
        touched = {(snapshot.asin, snapshot.marketplace) for _, snapshot in snapshots}
        stored = rows.load(touched)
        folded = _folded(snapshots, stored)
        changes = {key: finished(stored.get(key), state) for key, state in folded.states.items()}
        by_asin = _of_changed(changes)
        events = _events(folded, changes, by_asin)
        products = [facts_of(event.asin, by_asin[event.asin]) for event in events]

        def write() -> None:
            facts.record_facts(products, now=now)
            rows.write(changes.values(), now)
            rollups.mark(_groups(changes))
            poll_targets.want_full_history(folded.gaps)
            append(ENRICHED, events, now=now)

        return Effects(write=write, superseded=folded.superseded, set_aside=set_aside)


def _decoded(records: Sequence[Record]) -> tuple[list[tuple[Record, Snapshot]], list[tuple[Record, InvalidRecord]]]:
    snapshots, set_aside = [], []
    for record in records:
        try:
            snapshots.append((record, snapshot_of(record)))
        except InvalidRecord as error:
            set_aside.append((record, error))
    return snapshots, set_aside


def _folded(snapshots: Iterable[tuple[Record, Snapshot]], stored: Mapping[Key, Stored]) -> Folded:
    """Fold in memory in the order of the log, so that many records of one listing are one row in the end."""
    folded = Folded()
    for record, snapshot in snapshots:
        key = snapshot.asin, snapshot.marketplace
        state = folded.states.get(key) or (stored[key].state if key in stored else None)
        folded.superseded += not accepted_groups(state, snapshot)
        folded.states[key] = after = fold(state, snapshot)
        folded.last[snapshot.asin] = record, snapshot.fetched_at
        if any(has_gap(after.coverage, group) for group in snapshot.covers):
            folded.gaps.add(key)
        else:
            folded.gaps.discard(key)
    return folded


def _groups(changes: Mapping[Key, Change]) -> Iterator[tuple[str, rollups.Group]]:
    for (asin, code), change in changes.items():
        base = change.after.state.base
        yield asin, rollups.Group(code, base.category, base.brand)


def _of_changed(changes: Mapping[Key, Change]) -> dict[str, dict[str, Stored]]:
    """All listings of the products of which one changed; those that the batch does not hold are read."""
    changed = {asin for (asin, _), change in changes.items() if change.is_changed}
    after = {key: change.after for key, change in changes.items() if key[0] in changed}
    held = Counter(asin for asin, _ in after)
    others = rows.load_without_histories([asin for asin, count in held.items() if count < len(CODES)])
    return _by_asin(others | after)


def _by_asin(listings: Mapping[Key, Stored]) -> dict[str, dict[str, Stored]]:
    """Listings by product, in the order of the marketplaces."""
    found: dict[str, dict[str, Stored]] = {}
    for (asin, code), listing in sorted(listings.items(), key=lambda item: CODES.index(item[0][1])):
        found.setdefault(asin, {})[code] = listing
    return found


def _events(
    folded: Folded, changes: Mapping[Key, Change], by_asin: Mapping[str, Mapping[str, Stored]]
) -> list[ProductEnriched]:
    changed: dict[str, set[str]] = {}
    for (asin, code), change in changes.items():
        if change.is_changed:
            changed.setdefault(asin, set()).add(code)
    return [observed(asin, codes, by_asin[asin], *folded.last[asin]) for asin, codes in changed.items()]
