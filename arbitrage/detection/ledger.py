"""From decisions to rows and events. Pure but for the two reads behind the appraisal of what opens or changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from arbitrage.detection.cases import Case
from arbitrage.detection.events import event_of
from arbitrage.detection.identity import derived
from arbitrage.detection.rows import full_values, quick_values
from arbitrage.detection.stored import FlipKey
from arbitrage.detection.triggers import Trigger
from arbitrage.lifecycle import Decision, Step
from arbitrage.models import Opportunity
from arbitrage.scoring.appraisal import appraise
from ingestion.events import OpportunityChanged

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """A flip's next step, its row if there is one, and its case if it has a price."""

    key: FlipKey
    profile: str
    decision: Decision
    row: Opportunity | None
    case: Case | None


@dataclass(slots=True)
class Books:
    """Rows to insert or update, ids of rows that were only looked at, and the events."""

    rows: list[Opportunity] = field(default_factory=list)
    unchanged: list[UUID] = field(default_factory=list)
    events: list[OpportunityChanged] = field(default_factory=list)

    def enter(self, row: Opportunity, entry: Judged, trigger: Trigger, now: datetime) -> None:
        """Take a row that changed, with its event unless it only moved a little."""
        row.evaluated_at = now
        self.rows.append(row)
        if entry.decision.step is not Step.KEEP:
            self.events.append(event_of(row, entry.decision, entry.profile, trigger, now))


def keep_books(judged: Iterable[Judged], triggers: Mapping[str, Trigger], now: datetime) -> Books:
    """Turn every decision into its row and event."""
    books = Books()
    priced: list[tuple[Judged, Case, Values]] = []
    for entry in judged:
        trigger = triggers[entry.key[0]]
        if entry.decision.step is Step.CLOSED and entry.row:
            books.enter(_closed(entry.row, entry.decision, now), entry, trigger, now)
        elif entry.case and entry.decision.step is not Step.NOTHING:
            priced.append((entry, entry.case, quick_values(entry.case)))
    _enter_priced(books, priced, triggers, now)
    return books


def _enter_priced(
    books: Books, priced: list[tuple[Judged, Case, Values]], triggers: Mapping[str, Trigger], now: datetime
) -> None:
    """Histories are unpacked only for rows that open or change, or that somebody wants computed again.

    A row that was scored by other rules counts as changed.
    """
    moved = []
    for entry, case, values in priced:
        if entry.row and _is_same(entry, entry.row, values) and not triggers[entry.key[0]].is_recompute:
            books.unchanged.append(entry.row.pk)
        else:
            moved.append((entry, case, values))
    appraisals = appraise([case.priced for _, case, _ in moved], now)
    for (entry, case, values), appraisal in zip(moved, appraisals, strict=True):
        values |= full_values(case, appraisal)
        trigger = triggers[entry.key[0]]
        if entry.row and _is_same(entry, entry.row, values):
            books.unchanged.append(entry.row.pk)
        else:
            books.enter(_priced_row(entry, values, trigger, now), entry, trigger, now)


def _is_same(entry: Judged, row: Opportunity, values: Values) -> bool:
    if entry.decision.step is not Step.KEEP:
        return False
    return all(getattr(row, name) == value for name, value in values.items())


def _closed(row: Opportunity, decision: Decision, now: datetime) -> Opportunity:
    """A closed row keeps the figures of the last time it held."""
    row.state, row.close_reason, row.closed_at = Opportunity.State.CLOSED, decision.reason, now
    return row


def _priced_row(entry: Judged, values: Values, trigger: Trigger, now: datetime) -> Opportunity:
    row = entry.row if entry.row and entry.decision.step is not Step.OPENED else _opened(entry.key, trigger, now)
    if entry.decision.step is Step.REOPENED:
        row.state, row.close_reason, row.closed_at = Opportunity.State.OPEN, "", None
    for name, value in values.items():
        setattr(row, name, value)
    if entry.decision.step is Step.OPENED or row.net_eur > row.peak_net_eur:
        row.peak_net_eur, row.peak_roi, row.peak_at = row.net_eur, row.roi, now
    if entry.decision.step is not Step.KEEP:
        row.event_net_eur, row.event_roi = row.net_eur, row.roi
    return row


def _opened(key: FlipKey, trigger: Trigger, now: datetime) -> Opportunity:
    asin, source, target, profile = key
    identity = derived(trigger.record, "opportunity", *key)
    return Opportunity(id=identity, product_id=asin, source=source, target=target, profile_id=profile, opened_at=now)
