"""The consumer that turns events of opportunities into alerts: the inbox, and the topic arbitrage.alerts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

import msgspec

from arbitrage.models import Alert, AlertRule, Opportunity, SellerProfile
from arbitrage.rules.evaluation import Rule, alert_of, fires
from ingestion.errors import InvalidRecord
from ingestion.eventlog.base import Record
from ingestion.eventlog.sql import append
from ingestion.events import AlertRaised, OpportunityChanged, Severity, decode
from ingestion.runner.consumers import Effects
from ingestion.topics import ALERT, ALERTS, ENRICHED, OPPORTUNITIES, Topic

Aside = tuple[Record, InvalidRecord]


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert with the rule and the event that raised it."""

    rule: Rule
    event: OpportunityChanged
    alert: AlertRaised

    def row(self) -> Alert:
        """The alert as the inbox keeps it."""
        numbers = msgspec.to_builtins(self.event.numbers)
        links = {"source_url": self.alert.source_url, "target_url": self.alert.target_url}
        return Alert(
            id=self.alert.alert_id,
            rule_id=self.rule.id,
            opportunity_id=self.event.opportunity_id,
            product_id=self.event.asin,
            event_id=self.event.event_id,
            state=self.event.state,
            severity=self.rule.severity,
            numbers={**numbers, **links, "score": self.event.score, "reason": self.event.reason},
            occurred_at=self.event.occurred_at,
        )


class AlertConsumer:
    """Evaluates every enabled rule against every event of an opportunity.

    Records of products.enriched are passed over: no condition of a rule needs them yet.
    """

    group = ALERTS
    topics: tuple[Topic, ...] = (ENRICHED, OPPORTUNITIES)
    batch_size = 500

    def prepare(self, records: Sequence[Record], now: datetime) -> Effects:
        """Find the alerts that are not in the inbox yet; five queries whatever the number of records."""
        events, set_aside = _read(records)
        raised = _fresh(_raise(events)) if events else []
        return Effects(write=lambda: _write(raised, now), set_aside=set_aside)


def _read(records: Iterable[Record]) -> tuple[list[OpportunityChanged], list[Aside]]:
    events: list[OpportunityChanged] = []
    set_aside: list[Aside] = []
    for record in records:
        if record.topic != OPPORTUNITIES.name:
            continue
        try:
            events.append(decode(OpportunityChanged, record.value))
        except InvalidRecord as error:
            set_aside.append((record, error))
    return events, set_aside


def _raise(events: Sequence[OpportunityChanged]) -> dict[UUID, Raised]:
    default = SellerProfile.objects.filter(is_default=True).first()
    rows = AlertRule.objects.filter(enabled=True).select_related("profile").order_by("pk")
    rules = [_rule(row, row.profile or default) for row in rows]
    found = (Raised(rule, event, alert_of(rule, event)) for event in events for rule in rules if fires(rule, event))
    return {each.alert.alert_id: each for each in found}


def _fresh(raised: dict[UUID, Raised]) -> list[Raised]:
    """Leaves out what the inbox has, and alerts of opportunities that were deleted with their product meanwhile."""
    known = set(Alert.objects.filter(pk__in=raised).values_list("pk", flat=True))
    wanted = {each.event.opportunity_id for each in raised.values()}
    existing = set(Opportunity.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    return [each for key, each in raised.items() if key not in known and each.event.opportunity_id in existing]


def _write(raised: Sequence[Raised], now: datetime) -> None:
    if raised:
        Alert.objects.bulk_create([each.row() for each in raised])
        append(ALERT, [each.alert for each in raised], now=now)


def _rule(row: AlertRule, profile: SellerProfile | None) -> Rule:
    severity = cast("Severity", row.severity)
    return Rule(
        row.pk, row.name, profile.name if profile else "", frozenset(row.states), row.min_score, row.min_net, severity
    )
