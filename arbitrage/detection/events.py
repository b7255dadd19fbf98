"""The event of an opportunity, as the topic arbitrage.opportunities carries it."""

from datetime import datetime

from arbitrage.detection.identity import derived
from arbitrage.detection.triggers import Trigger
from arbitrage.lifecycle import Decision, Step
from arbitrage.models import Opportunity
from ingestion.events import FlipNumbers, OpportunityChanged, State
from products.marketplaces import MARKETPLACES

_STATES: dict[Step, State] = {
    Step.OPENED: "opened",
    Step.REOPENED: "reopened",
    Step.IMPROVED: "improved",
    Step.WORSENED: "worsened",
    Step.CLOSED: "closed",
}


def event_of(row: Opportunity, decision: Decision, profile: str, trigger: Trigger, now: datetime) -> OpportunityChanged:
    """What happened to the row. Its id follows from the record that caused it."""
    return OpportunityChanged(
        event_id=derived(trigger.record, "event", row.pk),
        occurred_at=now,
        asin=row.product_id,
        opportunity_id=row.pk,
        source=MARKETPLACES[row.source].code,
        target=MARKETPLACES[row.target].code,
        profile=profile,
        state=_STATES[decision.step],
        reason=decision.reason,
        numbers=numbers_of(row),
        score=row.score,
        fetched_at=trigger.fetched_at,
    )


def numbers_of(row: Opportunity) -> FlipNumbers:
    """The row's numbers."""
    return FlipNumbers(**{name: getattr(row, name) for name in FlipNumbers.__struct_fields__})
