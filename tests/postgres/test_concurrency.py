"""Everything that writes, at once: nothing lost, nothing twice, and nobody waits for another in a circle."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Event

import pytest
from django.db import connection, transaction

from arbitrage.detection import recompute
from arbitrage.detection.consumer import DetectionConsumer
from arbitrage_site import clock
from benchmarks.records import updates
from benchmarks.setting import asins
from ingestion.enrichment import EnrichmentConsumer
from ingestion.eventlog.sql import SqlReader, append
from ingestion.models import DeadLetter, LogPosition
from ingestion.runner.consumers import Consumer
from ingestion.runner.loop import Runner
from ingestion.topics import ENRICHED, ENRICHMENT, RAW
from products import services
from products.models import Listing, PollTarget, Product, Watch
from products.rollups import roll_up

PRODUCTS = 20
LISTINGS = 5 * PRODUCTS
ROUNDS = 3
KNOWN = list(asins(PRODUCTS))


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def shuffled(seed: int) -> Iterator[list[str]]:
    dice = random.Random(seed)  # noqa: S311 - an order, not a secret
    while True:
        yield dice.sample(KNOWN, len(KNOWN))


def poll() -> None:
    """Append as pollers do, in any order of products."""
    for hours in range(1, ROUNDS + 1):
        waiting = list(updates(LISTINGS, later=hours > 1, hours=hours))
        random.Random(hours).shuffle(waiting)  # noqa: S311 - as above
        for start in range(0, LISTINGS, 20):
            with transaction.atomic():
                append(RAW, waiting[start : start + 20], now=clock.now())


def consume(consumer: Consumer, name: str, until: Callable[[], bool]) -> None:
    runner = Runner(consumer, SqlReader(consumer.group, consumer.topics, name))
    while not until():
        runner.turn(clock.now())
        assert not runner.stopped_because
    runner.reader.close()


def edit(seed: int, over: Event) -> None:
    """What people and tasks do meanwhile, each time to products in another order."""
    orders = shuffled(seed)
    while not over.is_set():
        now = clock.now()
        with transaction.atomic():
            services.touch(next(orders))
        with transaction.atomic():
            heats = {(asin, code): random.Random(seed).randint(0, 2) for asin in next(orders) for code in ("DE", "IT")}  # noqa: S311
            services.set_heat(heats, now=now, at_most=timedelta(minutes=15))
        recompute.request(next(orders)[:5], now)
        services.want_recompute(next(orders)[:5])
        services.want_recompute()
        recompute.request_all(now)
        services.poll_at_once(next(orders), now=now)
        for paused in (True, False):
            services.set_paused(next(orders)[:3], paused=paused, now=now)
        services.unwatch(next(orders)[:3])
        services.watch(next(orders), origin=Watch.Origin.PAGE, now=now)
        roll_up(now)


def in_thread(action: Callable[[], None]) -> None:
    try:
        action()
    finally:
        connection.close()


def raw_is_passed() -> bool:
    passed = LogPosition.objects.filter(group=ENRICHMENT).values_list("applied", "superseded", "set_aside")
    return sum(map(sum, passed)) == LISTINGS * ROUNDS


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_append_consume_and_touch_at_once() -> None:
    services.watch(KNOWN, origin=Watch.Origin.PAGE, now=clock.now())
    before, over = deadlocks(), Event()
    with ThreadPoolExecutor(6) as pool:
        running = [
            pool.submit(in_thread, poll),
            pool.submit(in_thread, partial(consume, EnrichmentConsumer(), "e1", raw_is_passed)),
            pool.submit(in_thread, partial(consume, EnrichmentConsumer(), "e2", raw_is_passed)),
            pool.submit(in_thread, partial(consume, DetectionConsumer(), "d", over.is_set)),
            pool.submit(in_thread, partial(edit, 1, over)),
            pool.submit(in_thread, partial(edit, 2, over)),
        ]
        try:
            for work in running[:3]:
                work.result(timeout=120)
        finally:
            over.set()
        for work in running:
            work.result(timeout=60)
    assert deadlocks() == before
    assert (Listing.objects.count(), Product.objects.count(), DeadLetter.objects.count()) == (LISTINGS, PRODUCTS, 0)
    assert raw_is_passed()
    assert PollTarget.objects.count() == LISTINGS
    assert LogPosition.objects.filter(topic=ENRICHED.name).exists()
