"""Polling: lease what is due, ask Keepa, append what it said. The shell around `planner`."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID, uuid4, uuid5

import structlog
from django.conf import settings
from django.db import transaction

from arbitrage_site import metrics
from arbitrage_site.clock import KEEPA_EPOCH_MINUTES, MINUTES_PER_DAY, minute_of, moment_of
from arbitrage_site.clock import now as clock_now
from ingestion import backlog, planner
from ingestion.errors import KeepaError, KeepaKeyRefused, KeepaOutOfTokens, NotPayable
from ingestion.eventlog.sql import append
from ingestion.events import Group, RawKeepaUpdate
from ingestion.keepa.bucket import BucketState
from ingestion.keepa.envelope import Answer
from ingestion.keepa.paid import PaidClient
from ingestion.models import PollRun
from ingestion.topics import RAW
from products import poll_targets
from products.marketplaces import MARKETPLACES

log = structlog.get_logger(__name__)

_WAITING = (KeepaKeyRefused, KeepaOutOfTokens, NotPayable)
"""What ends a round, because no other request of this key would fare better."""

LOOK_AHEAD = 1000
"""Targets planned at once: enough to fill requests although marketplaces and what is asked keep them apart."""

_planning = Lock()
_planned: set[int] = set()
"""Targets that rounds of this process will ask for: two rounds with the same plan would fill half of each request."""

_IDS = UUID("2b3c1d0e-7a64-5c0b-9f4d-8a1d6c2e5b70")
"""Namespace of the ids of raw.keepa_updates."""

_COLUMNS = ("id", "product_id", *(field.name for field in fields(planner.Target)[2:]))


@dataclass(slots=True)
class Outcome:
    """What a round of polling did."""

    listings: int = 0
    tokens: int = 0
    requests: int = 0
    errors: list[str] = field(default_factory=list)


def poll_due(client: PaidClient, *, only: int | None = None, stop: Callable[[], bool] = lambda: False) -> Outcome:
    """Poll until nothing is due or nothing can be paid; `only` bounds the number of requests, `stop` ends the round.

    A request that failed for a passing reason postpones its listings; a refused key or an empty bucket ends the round.
    """
    outcome = Outcome()
    while (only is None or outcome.requests < only) and not stop():
        batches = _plan(client, clock_now())
        try:
            if not batches or not _poll_all(client, batches, outcome, stop):
                break
        finally:
            _planned.difference_update(target.id for batch in batches for target in batch.targets)
    return outcome


def _poll_all(client: PaidClient, batches: list[planner.Batch], outcome: Outcome, stop: Callable[[], bool]) -> bool:
    """Poll the batches one after the other; False when no other request would fare better, or none is wanted."""
    for batch in _leased(batches):
        backlog.wait_for_consumers(clock_now, time.sleep)
        started = time.monotonic()
        try:
            _poll(client, batch, outcome, started)
        except KeepaError as error:
            _give_up(batch, error, outcome, started)
            if isinstance(error, _WAITING):
                return False
        if stop():
            return False
    return True


def _plan(client: PaidClient, now: datetime) -> list[planner.Batch]:
    state = _state(client, now)
    lumps = -(-settings.POLL_INTERVAL_SECONDS // 60)
    waiting = poll_targets.unasked()
    if waiting:
        first = poll_targets.loading()
        log.info("loading", answered=first.answered, listings=first.targets)
    budget = planner.Budget(
        affordable=state.affordable,
        overflow=max(0, state.tokens + state.lump * lumps - state.capacity),
        never_polled=waiting,
    )
    with _planning:
        rows = poll_targets.due(now, oldest=planner.OLDEST).values_list(*_COLUMNS)[: LOOK_AHEAD + len(_planned)]
        targets = [planner.Target(*row) for row in rows if row[0] not in _planned]
        batches = planner.plan(targets[:LOOK_AHEAD], budget, now, size=settings.POLL_BATCH_SIZE)
        _planned.update(target.id for batch in batches for target in batch.targets)
    return batches


def _state(client: PaidClient, now: datetime) -> BucketState:
    """What may be spent. A question for the balance that failed is noted like a request for products."""
    started = time.monotonic()
    try:
        state = client.state()
    except KeepaError as error:
        _run("", 0, 0, started, now, outcome=type(error).__name__, message=str(error))
        raise
    if state.blocked_because:
        raise KeepaKeyRefused(state.blocked_because)
    return state


def _leased(batches: list[planner.Batch]) -> Iterator[planner.Batch]:
    """Each batch with the targets that this worker really got, leased when its turn comes."""
    for batch in batches:
        token = str(uuid4())
        got = poll_targets.lease([target.id for target in batch.targets], token=token, now=clock_now())
        targets = tuple(target for target in batch.targets if target.id in got)
        if targets:
            yield replace(batch, targets=targets)


def _poll(client: PaidClient, batch: planner.Batch, outcome: Outcome, started: float) -> None:
    answer = client.products(
        MARKETPLACES[batch.marketplace].domain_id,
        [target.asin for target in batch.targets],
        buybox=batch.buybox,
        rating=batch.rating,
        days=batch.days,
        stats=90 if batch.buybox else None,  # only the buy box's owner is read from it
    )
    now = clock_now()
    minutes = _source_minutes(answer, now)
    with transaction.atomic():
        append(RAW, _updates(batch, answer, minutes, now), now=now)
        _record(batch, answer, minutes, now)
        tokens = answer.envelope.tokens_consumed
        _run(batch.marketplace, len(batch.targets), tokens, started, now, outcome="ok")
    metrics.polled(batch.marketplace, "ok", len(answer.products))
    metrics.polled(batch.marketplace, "missing", len(answer.asked) - len(answer.products))
    metrics.stage_seconds("poll", time.monotonic() - started)
    outcome.requests += 1
    outcome.listings += len(answer.products)
    outcome.tokens += answer.envelope.tokens_consumed


def _updates(batch: planner.Batch, answer: Answer, minutes: Mapping[str, int], now: datetime) -> list[RawKeepaUpdate]:
    asked: list[Group] = ["history"]
    asked += ["buybox"] if batch.buybox else []
    asked += ["rating"] if batch.rating else []
    since = 0 if batch.days is None else minute_of(now) - batch.days * MINUTES_PER_DAY
    share = answer.envelope.tokens_consumed // max(1, len(answer.products))
    marketplace = MARKETPLACES[batch.marketplace]
    return [
        RawKeepaUpdate(
            event_id=uuid5(_IDS, f"{marketplace.code}/{asin}/{now.isoformat()}"),
            occurred_at=now,
            asin=asin,
            marketplace=marketplace.code,
            domain_id=marketplace.domain_id,
            fetched_at=now,
            source_minute=minutes[asin],
            asked=asked,
            history_from=since,
            tokens=share,
            product=raw,
            is_demo=settings.DEMO,
        )
        for asin, raw in answer.products.items()
    ]


def _source_minutes(answer: Answer, now: datetime) -> dict[str, int]:
    """Keepa's lastUpdate by ASIN; where it has none (a product that is gone), the minute of the answer itself."""
    latest = minute_of(now)
    answered = answer.envelope.timestamp // 60_000 - KEEPA_EPOCH_MINUTES
    answered = answered if 0 < answered <= latest else latest
    return {asin: answer.updated.get(asin) or answered for asin in answer.products}


def _record(batch: planner.Batch, answer: Answer, minutes: Mapping[str, int], now: datetime) -> None:
    """Store what was learned. A minute in the future must not put off the next poll, so it counts as now."""
    known = {asin: min(minute, minute_of(now)) for asin, minute in minutes.items()}
    changes = poll_targets.changes_of([(target.asin, batch.marketplace) for target in batch.targets])
    refresh = timedelta(minutes=settings.KEEPA_REFRESH_MINUTES)
    answered, absent, unpaid = [], [], []
    for target in batch.targets:
        if target.asin not in answer.asked:
            unpaid.append(target.id)
            continue
        minute = known.get(target.asin)
        if minute is None:
            failures = target.failures + 1
            absent.append(poll_targets.Absent(target.id, failures, planner.retry_at(failures, now)))
            continue
        moved = changes.get((target.asin, batch.marketplace))
        answered.append(
            poll_targets.Answered(
                target_id=target.id,
                source_minute=minute,
                due_at=max(moment_of(minute) + refresh, now + refresh / 4),
                pace=target.pace if moved is None else planner.pace_of(moved),
            )
        )
    poll_targets.record_answers(answered, buybox=batch.buybox, rating=batch.rating, now=now)
    poll_targets.record_absent(absent, now=now)
    poll_targets.release(unpaid)


def _give_up(batch: planner.Batch, error: KeepaError, outcome: Outcome, started: float) -> None:
    """Give the listings back: as they were where a token or the key lacks, later where Keepa or we are at fault."""
    now = clock_now()
    delay = timedelta(hours=1) if error.permanent else timedelta(seconds=settings.POLL_INTERVAL_SECONDS)
    later = None if isinstance(error, _WAITING) else now + delay
    tokens = error.envelope.tokens_consumed if error.envelope else 0
    with transaction.atomic():
        poll_targets.release([target.id for target in batch.targets], due_at=later)
        _run(
            batch.marketplace,
            len(batch.targets),
            tokens,
            started,
            now,
            outcome=type(error).__name__,
            message=_said(error, later),
        )
    metrics.polled(batch.marketplace, "failed", len(batch.targets))
    outcome.requests += 1
    outcome.tokens += tokens
    outcome.errors.append(_said(error, later))
    log.warning("poll_failed", marketplace=batch.marketplace, listings=len(batch.targets), reason=str(error))


def _said(error: KeepaError, later: datetime | None) -> str:
    """The error and what becomes of the listings, so that nobody has to wonder."""
    again = "Its listings stay due." if later is None else f"Its listings are asked again at {later:%H:%M} UTC."
    return f"{str(error)[:240]} {again}"


def _run(
    marketplace: str, listings: int, tokens: int, started: float, now: datetime, *, outcome: str, message: str = ""
) -> None:
    """Note a request; one without a marketplace asked for the balance."""
    PollRun.objects.create(
        started_at=now,
        marketplace=marketplace,
        listings=listings,
        tokens=tokens,
        milliseconds=int((time.monotonic() - started) * 1000),
        outcome=outcome,
        message=message[:300],
    )
