"""Polling the simulator over HTTP: leases, tokens, raw records, and what a failure leaves behind."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from arbitrage_site.clock import now
from ingestion import polling
from ingestion.errors import KeepaKeyRefused, KeepaUnavailable
from ingestion.eventlog.sql import SqlReader
from ingestion.events import RawKeepaUpdate, decode
from ingestion.keepa import paid
from ingestion.keepa.bucket import Bucket
from ingestion.keepa.client import KeepaClient
from ingestion.models import LogRecord, PollRun
from ingestion.simulator.app import Simulator
from ingestion.simulator.catalogue import demo_asins
from ingestion.simulator.server import serve_in_thread
from ingestion.topics import RAW
from products import services
from products.models import PollTarget, Watch

KEY = "k" * 64
pytestmark = pytest.mark.django_db


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(key=KEY, rate=20)


@pytest.fixture
def client(simulator: Simulator, settings: Settings) -> Iterator[paid.PaidClient]:
    with serve_in_thread(simulator) as address:
        settings.KEEPA_BASE_URL = address
        patience = paid.Patience(sleep=lambda _seconds: None)
        with paid.PaidClient(KeepaClient(key=KEY, base_url=address), Bucket(KEY), patience) as paying:
            yield paying


def _watch(count: int) -> None:
    services.watch(demo_asins(count), origin=Watch.Origin.PAGE, now=now())


def _raw_updates() -> list[RawKeepaUpdate]:
    reader = SqlReader(group="test", topics=(RAW,), owner="test")
    events = [decode(RAW, record.value) for record in reader.poll(1000, now())]
    return [event for event in events if isinstance(event, RawKeepaUpdate)]


def test_every_listing_is_asked_once_with_its_whole_history_and_buy_box(client: paid.PaidClient) -> None:
    _watch(4)

    outcome = polling.poll_due(client)

    updates = _raw_updates()
    assert (outcome.listings, outcome.requests, outcome.errors) == (20, 5, [])
    assert len({(update.asin, update.marketplace) for update in updates}) == 20
    assert {update.history_from for update in updates} == {0}
    assert all(update.asked[:2] == ["history", "buybox"] for update in updates)
    assert not PollTarget.objects.filter(due_at__lte=now()).exists()


def test_more_than_the_balance_is_never_sent(simulator: Simulator, client: paid.PaidClient) -> None:
    simulator.bucket = type(simulator.bucket)(rate=20, now_ms=simulator.clock.now_ms(), balance=100)
    _watch(20)

    outcome = polling.poll_due(client)

    assert outcome.errors == []
    assert outcome.listings == 40, "100 tokens less the reserve of 60, one token each"
    assert PollTarget.objects.filter(source_minute__isnull=True).count() == 60


def test_a_cold_listing_is_later_asked_for_recent_days_alone(client: paid.PaidClient) -> None:
    _watch(1)
    polling.poll_due(client)
    LogRecord.objects.all().delete()
    PollTarget.objects.update(due_at=now() - timedelta(seconds=1), rating_polled_at=now())

    polling.poll_due(client)

    assert PollRun.objects.latest("id").tokens <= 5
    assert set(LogRecord.objects.values_list("topic", flat=True)) == {RAW.name}


def test_a_refused_key_ends_the_round_and_keeps_every_listing(client: paid.PaidClient, settings: Settings) -> None:
    _watch(1)
    stranger = KeepaClient(key="x" * 64, base_url=str(settings.KEEPA_BASE_URL))

    with paid.PaidClient(stranger, Bucket("x" * 64)) as refused, pytest.raises(KeepaKeyRefused, match="key"):
        polling.poll_due(refused)

    assert PollTarget.objects.filter(lease="", source_minute__isnull=True).count() == 5


def test_keepa_away_is_said_and_nothing_is_invented() -> None:
    _watch(1)
    patience = paid.Patience(sleep=lambda _seconds: None)
    nobody = KeepaClient(key=KEY, base_url="http://127.0.0.1:9")

    with paid.PaidClient(nobody, Bucket(KEY), patience) as client, pytest.raises(KeepaUnavailable, match="Keepa"):
        polling.poll_due(client)

    assert not LogRecord.objects.exists()


def test_two_rounds_of_a_process_plan_different_listings(client: paid.PaidClient) -> None:
    _watch(300)

    first = polling._plan(client, now())
    second = polling._plan(client, now())

    taken = [{target.id for batch in batches for target in batch.targets} for batches in (first, second)]
    polling._planned.clear()
    assert [len(ids) for ids in taken] == [1000, 500]
    assert not taken[0] & taken[1]
