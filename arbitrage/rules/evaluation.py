"""Whether an event of an opportunity fires a rule, and the alert it becomes. Pure."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from arbitrage.lifecycle import CONFIRMED
from ingestion.events import AlertRaised, OpportunityChanged, Severity
from products.marketplaces import MARKETPLACES

_RULES = uuid5(NAMESPACE_URL, "arbitrage-tracker:alert-rule")


@dataclass(frozen=True, slots=True)
class Rule:
    """An enabled alert rule. `min_net` is EUR cents; `states` are events of an opportunity of `profile`.

    Among them CONFIRMED is the improvement of an estimate that became certain.
    """

    id: int
    name: str
    profile: str
    states: frozenset[str]
    min_score: int
    min_net: int
    severity: Severity


def fires(rule: Rule, event: OpportunityChanged) -> bool:
    """Whether every condition of the rule holds for the event."""
    enough = event.score >= rule.min_score and event.numbers.net_eur >= rule.min_net
    heard = event.state in rule.states or (event.reason == CONFIRMED and CONFIRMED in rule.states)
    return event.profile == rule.profile and heard and enough


def alert_id(rule_id: int, event_id: UUID) -> UUID:
    """The stable id of the alert that this event raises by this rule, however often it is read."""
    return uuid5(uuid5(_RULES, str(rule_id)), str(event_id))


def alert_of(rule: Rule, event: OpportunityChanged) -> AlertRaised:
    """The alert; it happened when its event happened. Links come from the table of marketplaces alone."""
    identity = alert_id(rule.id, event.event_id)
    return AlertRaised(
        event_id=identity,
        occurred_at=event.occurred_at,
        alert_id=identity,
        rule=rule.name,
        opportunity_id=event.opportunity_id,
        asin=event.asin,
        source=event.source,
        target=event.target,
        state=event.state,
        severity=rule.severity,
        numbers=event.numbers,
        source_url=MARKETPLACES[event.source].product_url(event.asin),
        target_url=MARKETPLACES[event.target].product_url(event.asin),
    )
