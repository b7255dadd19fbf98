"""Probes of the pipeline: do the consumers go round, and can Keepa be asked."""

from datetime import datetime

from django.conf import settings

from arbitrage_site.health import Finding
from ingestion.keepa.bucket import row_of
from ingestion.runner import states
from ingestion.topics import TOPICS


def consumers(now: datetime) -> Finding:
    """Whether every declared group went round in the last minute and no member of it stands still."""
    declared = {group for topic in TOPICS.values() for group in topic.groups}
    seen = states.seen(now, declared)
    stopped = [f"{group}{one.part} stopped: {one.why}" for group, one in seen.items() if one.stopped]
    if stopped:
        return Finding("down", " ".join(stopped))
    silent = sorted(group for group in declared if group not in seen or states.is_silent(seen[group].at, now))
    if silent:
        return Finding("down", f"Not seen for a minute: {', '.join(silent)}. Is manage.py run_consumers running?")
    return Finding("ok")


def keepa(now: datetime) -> Finding:  # noqa: ARG001 - every probe is given the time
    """Whether a key is set and what its tokens look like, from the last answer; never asks Keepa itself."""
    if not settings.KEEPA_API_KEY and not settings.DEMO:
        return Finding("degraded", "No KEEPA_API_KEY is set: polling is off.")
    bucket = row_of(settings.KEEPA_API_KEY)
    if bucket is None:
        return Finding("degraded", "Keepa has not been asked yet.")
    if bucket.blocked_because:
        return Finding("down", bucket.blocked_because)
    if bucket.balance <= 0:
        return Finding("degraded", f"Out of tokens: {bucket.balance}, with {bucket.refill_rate} more a minute.")
    return Finding("ok", f"{bucket.balance} tokens, {bucket.refill_rate} more a minute.")
