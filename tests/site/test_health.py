"""Health: what machines and people are told about the parts of the installation."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from arbitrage_site import health
from arbitrage_site.models import BeatSlot
from ingestion import health as pipeline
from ingestion.keepa.bucket import digest_of
from ingestion.models import ConsumerState, TokenBucket
from ingestion.topics import TOPICS

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def fire(ago: timedelta) -> None:
    BeatSlot.objects.create(job="poll", slot=1, fired_at=NOW - ago)


def everyone_seen(stopped: str = "") -> None:
    for group in {group for topic in TOPICS.values() for group in topic.groups}:
        ConsumerState.objects.create(group=group, seen_at=NOW, stopped_because=stopped)


def test_live_answers_without_the_database(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert client.get("/health/live").json() == {"status": "ok"}


def test_ready_names_the_database_and_its_milliseconds(client: Client) -> None:
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["services"]["database"]["milliseconds"] >= 0


def test_a_quiet_installation_is_degraded_but_serves(client: Client) -> None:
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert set(answer.json()["services"]) == {"database", "worker", "queues", "consumers", "keepa"}


def test_a_database_that_is_down_makes_it_503(client: Client, settings: Settings) -> None:
    settings.HEALTH_PROBES = {"database": "tests.site.test_health.broken"}
    for address in ("/health", "/health/ready", "/api/v1/health"):
        answer = client.get(address)
        assert (answer.status_code, answer.json()["status"]) == (503, "down")


def broken(now: datetime) -> health.Finding:
    """A probe that finds the database down."""
    return health.Finding("down", "no answer", is_needed=True)


def test_nobody_else_waits_for_a_database_that_is_down(settings: Settings) -> None:
    own = "tests.site.test_health"
    settings.HEALTH_PROBES = {"other": f"{own}.fine", "database": f"{own}.broken", "needs": f"{own}.connects"}
    settings.HEALTH_PROBES["search"] = f"{own}.fine"
    found = {part.name: part.finding for part in health.report(NOW).parts}
    assert found["needs"] == health.Finding("down", "The database did not answer.")
    assert [name for name, finding in found.items() if finding.status == "ok"] == ["other", "search"]
    assert "connect" not in vars(connections["default"])


def connects(now: datetime) -> health.Finding:
    """A probe that needs a connection to the database and has none."""
    connections["default"].connect()
    return health.Finding("ok")


def fine(now: datetime) -> health.Finding:
    """A probe that needs no database."""
    return health.Finding("ok")


def test_sentences_are_only_for_those_who_may_look_inside(client: Client) -> None:
    near = client.get("/health").json()["services"]["worker"]
    far = client.get("/health", REMOTE_ADDR="203.0.113.7").json()["services"]["worker"]
    proxied = client.get("/health", HTTP_X_FORWARDED_FOR="203.0.113.7").json()["services"]["worker"]
    assert "detail" in near
    assert "detail" not in far
    assert "detail" not in proxied


def test_the_worker_is_ok_while_its_schedule_fires() -> None:
    fire(timedelta(seconds=30))
    assert health.beat(NOW).status == "ok"


def test_the_worker_is_down_when_its_schedule_fell_silent() -> None:
    fire(timedelta(hours=5))
    finding = health.beat(NOW)
    assert finding.status == "down"
    assert "5 h ago" in finding.detail


def test_a_firing_in_the_future_is_said_to_be_the_clocks_fault() -> None:
    fire(timedelta(hours=-5))
    finding = health.beat(NOW)
    assert finding.status == "degraded"
    assert "5 h in the future: the clocks of these machines differ" in finding.detail


def test_clocks_may_differ_by_seconds() -> None:
    fire(timedelta(seconds=-30))
    assert health.beat(NOW).status == "ok"


def test_a_stopped_consumer_says_why() -> None:
    everyone_seen(stopped="50 bad records in a row.")
    finding = pipeline.consumers(NOW)
    assert finding.status == "down"
    assert "50 bad records in a row." in finding.detail


def test_consumers_are_ok_when_all_went_round_lately() -> None:
    everyone_seen()
    assert pipeline.consumers(NOW + timedelta(seconds=59)).status == "ok"
    assert pipeline.consumers(NOW + timedelta(seconds=61)).status == "down"


def test_keepa_without_a_key_is_degraded(settings: Settings) -> None:
    settings.KEEPA_API_KEY = ""
    assert "KEEPA_API_KEY" in pipeline.keepa(NOW).detail


@pytest.mark.parametrize(
    ("balance", "blocked", "status"),
    [(120, "", "ok"), (0, "", "degraded"), (-3, "", "degraded"), (120, "The key gives no access.", "down")],
)
def test_keepa_is_judged_by_its_tokens(balance: int, blocked: str, status: str) -> None:
    TokenBucket.objects.create(
        key_digest=digest_of("k" * 64), balance=balance, refill_rate=20, updated_at=NOW, blocked_because=blocked
    )
    finding = pipeline.keepa(NOW)
    assert finding.status == status
    assert "k" * 64 not in finding.detail
