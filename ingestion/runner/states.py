"""What a consumer tells about itself, for the pipeline page and the health probes."""

from datetime import datetime

from ingestion.models import ConsumerState


def going(group: str, *, now: datetime) -> None:
    """It went round."""
    values = {"seen_at": now, "stopped_because": "", "stopped_at": None}
    ConsumerState.objects.update_or_create(group=group, defaults=values)


def stopped(group: str, reason: str, *, now: datetime) -> None:
    """It stands still for this reason; the first moment of that stays while the reason does."""
    state, _ = ConsumerState.objects.get_or_create(group=group, defaults={"seen_at": now})
    if state.stopped_because != reason:
        state.stopped_because, state.stopped_at = reason, now
    state.seen_at = now
    state.save()
