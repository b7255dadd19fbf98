"""Between listing rows and states: reading them for a batch, writing what changed. No query per row."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import accumulate, chain
from operator import attrgetter
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from ingestion.enrichment.changes import Change, Key, Packed, Stored
from ingestion.enrichment.derived import Current
from ingestion.enrichment.state import COVERED, GROUPS, BaseFacts, BuyBoxFacts, Guard, ListingState, OffersFacts
from ingestion.eventlog.base import Fenced
from products import bulk
from products.marketplaces import MARKETPLACES
from products.models import Listing
from products.series import Windows, joined

_NEVER = (None, 0, -1)
_KEY = ("product_id", "marketplace")
_BASE = tuple(field.name for field in fields(BaseFacts))
_BUYBOX = tuple(field.name for field in fields(BuyBoxFacts))
_OFFERS = tuple(field.name for field in fields(OffersFacts))
_MOVED = ("is_demo", "source_minute", "checked_at", "coverage")
_GUARDS = tuple(f"{group}_{part}" for group in GROUPS for part in Guard._fields)
_STARTS = tuple(f"{group}_from" for group in COVERED)
_PARTS = (_KEY, _MOVED, _BASE, _BUYBOX, _OFFERS, _GUARDS, Current._fields, Windows._fields)
_READ = tuple(chain(*_PARTS))
_SLICES = [slice(end - len(part), end) for part, end in zip(_PARTS, accumulate(map(len, _PARTS)), strict=True)]

_VERSION = "source_minute"
"""Folding takes the newest, so a listing's own version never falls."""

_ALWAYS = (*_MOVED, *_GUARDS, *_STARTS, *Windows._fields)
_FACTS = (*_BASE, *_BUYBOX, *_OFFERS, *Current._fields, "changed_at", "history_tail")
_FOLDED = ("history_base", "history_base_until")
_WRITTEN = (*_ALWAYS, *_FACTS, *_FOLDED, "currency", "created_at")

_base_values = attrgetter(*_BASE)
_buybox_values = attrgetter(*_BUYBOX)
_offers_values = attrgetter(*_OFFERS)


def load(keys: Collection[Key], *, using: str = DEFAULT_DB_ALIAS) -> dict[Key, Stored]:
    """These listings with their histories. One query."""
    asins, codes = {asin for asin, _ in keys}, {code for _, code in keys}
    listings = Listing.objects.using(using).filter(product_id__in=asins, marketplace__in=codes)
    read = listings.values_list(*_READ, "history_base", "history_tail", "history_base_until")
    found = {}
    for *row, base, tail, until in read:
        if (row[0], row[1]) in keys:
            found[row[0], row[1]] = _stored(row, Packed(bytes(base), bytes(tail), until))
    return found


def load_without_histories(asins: Collection[str]) -> dict[Key, Stored]:
    """All listings of these products, as if they had no history. One query."""
    read = Listing.objects.filter(product_id__in=asins).values_list(*_READ)
    return {(row[0], row[1]): _stored(row, Packed()) for row in read}


def _stored(row: Sequence[Any], packed: Packed) -> Stored:
    key, moved, base, buybox, offers, guards, current, window = (row[part] for part in _SLICES)
    is_demo, source_minute, checked_at, coverage = moved
    state = ListingState(
        asin=key[0],
        marketplace=key[1],
        checked_at=checked_at,
        is_demo=is_demo,
        source_minute=source_minute,
        base=_base_of(base),
        buybox=BuyBoxFacts(*buybox),
        offers=OffersFacts(*offers),
        guards=_guards_of(guards),
        coverage={group: tuple((start, end) for start, end in spans) for group, spans in coverage.items()},
        history=joined(packed.base, packed.tail),
    )
    return Stored(state, Current(*current), Windows(*window), packed)


def _base_of(values: Sequence[Any]) -> BaseFacts:
    facts = dict(zip(_BASE, values, strict=True))
    return BaseFacts(**facts | {"eans": tuple(facts["eans"])})


def _guards_of(values: Sequence[Any]) -> dict[str, Guard]:
    size = len(Guard._fields)
    parts = ((group, values[at * size : (at + 1) * size]) for at, group in enumerate(GROUPS))
    return {group: Guard(*part) for group, part in parts if part[0] is not None}


def write(changes: Iterable[Change], now: datetime) -> None:
    """Write listings inside the caller's transaction, in at most three statements.

    A listing that did not change moves its guards, times and windows only; one whose base stays leaves it out.
    Raises Fenced, so that the batch is read anew, where the stored version is newer than ours or the row is gone.
    """
    unchanged, kept_base, new_base = [], [], []
    for change in changes:
        if not change.is_changed:
            unchanged.append((*_always(change.after), *_key(change.after)))
        elif change.before is not None and change.before.packed.base is change.after.packed.base:
            kept_base.append((*_always(change.after), *_changing(change.after, now), *_key(change.after)))
        else:
            new_base.append(_whole(change.after, now))
    updated = (*_ALWAYS, *_FACTS, *_FOLDED, "currency")
    written = bulk.update(Listing, _ALWAYS, unchanged, key=_KEY, never_back=_VERSION)
    written += bulk.update(Listing, (*_ALWAYS, *_FACTS), kept_base, key=_KEY, never_back=_VERSION)
    written += bulk.upsert(Listing, (*_WRITTEN, *_KEY), new_base, key=_KEY, update=updated, never_back=_VERSION)
    if written != len(unchanged) + len(kept_base) + len(new_base):
        raise Fenced("A listing was removed, or moved on by another owner of its partition, since it was read.")


def _key(stored: Stored) -> tuple[str, str]:
    return stored.state.asin, stored.state.marketplace


def _always(stored: Stored) -> tuple[Any, ...]:
    state = stored.state
    guards = chain.from_iterable(state.guards.get(group, _NEVER) for group in GROUPS)
    starts = (state.coverage[group][-1][0] if group in state.coverage else None for group in COVERED)
    return (
        state.is_demo, state.source_minute, state.checked_at, state.coverage, *guards, *starts, *stored.windows
    )  # fmt: skip


def _changing(stored: Stored, now: datetime) -> tuple[Any, ...]:
    state = stored.state
    return (
        *_base_values(state.base),
        *_buybox_values(state.buybox),
        *_offers_values(state.offers),
        *stored.current,
        now,
        stored.packed.tail,
    )


def _whole(stored: Stored, now: datetime) -> tuple[Any, ...]:
    currency = MARKETPLACES[stored.state.marketplace].currency
    packed = stored.packed
    return (
        *_always(stored), *_changing(stored, now), packed.base, packed.until, currency, now, *_key(stored)
    )  # fmt: skip
