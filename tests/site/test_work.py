"""What pages, health and metrics say about queues, workers and beat."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from arbitrage_site import celery_app
from arbitrage_site.jobs import broker, facts, work
from arbitrage_site.models import BeatSlot, WorkerSeen

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def queue_dir(settings: Settings, tmp_path: Path) -> Path:
    """The embedded broker's folder, empty."""
    settings.REDIS_URL = ""
    settings.WORK_QUEUES = broker.EMBEDDED_QUEUES
    settings.QUEUE_DIR = tmp_path
    return tmp_path


def seen(name: str, ago: timedelta, queues: tuple[str, ...] = broker.EMBEDDED_QUEUES) -> None:
    started_at = NOON - timedelta(hours=1)
    WorkerSeen.objects.create(name=name, queues=queues, busy=1, at_once=4, started_at=started_at, seen_at=NOON - ago)


def test_a_worker_that_was_seen_serves_its_queue() -> None:
    seen("celery@here", timedelta(seconds=20))
    assert work.state(NOON).queues == [work.Queue("celery", waiting=0, workers=1)]
    assert work.queues(NOON).status == "ok"


def test_a_silent_worker_is_shown_and_serves_nothing() -> None:
    seen("celery@here", timedelta(seconds=46))
    state = work.state(NOON)
    assert [worker.is_alive for worker in state.workers] == [False]
    assert state.unserved == ["celery"]
    finding = work.queues(NOON)
    assert finding.status == "down"
    assert "celery" in finding.detail
    assert not finding.is_needed


def test_a_worker_gone_long_ago_is_not_shown() -> None:
    seen("celery@here", timedelta(minutes=11))
    assert work.state(NOON).workers == []


def test_messages_on_files_are_counted_by_queue(queue_dir: Path) -> None:
    for name in ("1_a.celery.msg", "2_b.celery.msg", "3_c.other.msg", "4_d.celery.pidbox.msg"):
        (queue_dir / name).touch()
    assert work.state(NOON).queues[0].waiting == 2


def test_each_queue_needs_a_worker(settings: Settings) -> None:
    settings.WORK_QUEUES = broker.QUEUES
    seen("poll@here", timedelta(), ("poll",))
    assert work.state(NOON).unserved == ["default", "slow"]


def test_metrics_name_every_queue() -> None:
    seen("celery@here", timedelta())
    BeatSlot.objects.create(job="poll", slot=1, fired_at=NOON)
    samples = {
        (sample.name, sample.labels.get("queue")): sample.value
        for family in facts.facts(NOON)
        for sample in family.samples
    }
    assert samples == {
        ("arbitrage_queue_waiting", "celery"): 0,
        ("arbitrage_queue_workers", "celery"): 1,
        ("arbitrage_beat_last_firing_timestamp_seconds", None): NOON.timestamp(),
    }


def test_celery_knows_its_own_settings_alone() -> None:
    shown = celery_app.conf.table(with_defaults=False)
    assert shown["task_acks_late"] is True
    assert not [name for name in shown if "DATABASE" in name.upper() or "KEEPA" in name.upper()]
    with pytest.raises(KeyError):
        broker.celery_settings["secret_key"]
