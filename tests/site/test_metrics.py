"""Metrics: one scrape sums what all processes counted and what the tables say."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from arbitrage.models import FxRate
from arbitrage_site import metric_files, metrics
from ingestion.keepa.bucket import digest_of
from ingestion.models import DeadLetter, LogPartition, LogPosition, TokenBucket
from ingestion.topics import DETECTOR, ENRICHED

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
Labels = dict[str, str]
COUNT_IN_ANOTHER_PROCESS = """
import django; django.setup()
from arbitrage_site import metrics
metrics.keepa_request("product", "ok", 0.2)
metrics.records("arbitrage-detector", "applied", 7)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.METRICS_DIR = tmp_path
    return tmp_path


def samples(text: bytes) -> dict[str, list[tuple[Labels, float]]]:
    """Every sample by name; fails if the text is not Prometheus' format or names a family twice."""
    found: dict[str, list[tuple[Labels, float]]] = {}
    families = list(text_string_to_metric_families(text.decode()))
    assert len({family.name for family in families}) == len(families)
    for family in families:
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def count_in_another_process(folder: Path) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "VAR_DIR": str(folder / "var")}
    subprocess.run([sys.executable, "-c", COUNT_IN_ANOTHER_PROCESS], check=True, env=environment, cwd=Path.cwd())
    for file in (folder / "var" / "metrics").glob("*.db"):
        file.rename(folder / file.name)


@pytest.mark.django_db
@pytest.mark.processes
def test_a_scrape_adds_up_what_other_processes_counted(folder: Path) -> None:
    count_in_another_process(folder)
    count_in_another_process(folder)
    found = samples(metrics.exposition(NOW))
    assert found["arbitrage_keepa_requests_total"] == [({"endpoint": "product", "outcome": "ok"}, 2.0)]
    assert found["arbitrage_records_total"] == [({"group": "arbitrage-detector", "outcome": "applied"}, 14.0)]
    assert found["arbitrage_keepa_request_seconds_count"] == [({"endpoint": "product"}, 2.0)]


def file_of(folder: Path, pid: int, value: float) -> None:
    file = MmapedDict(str(folder / f"counter_{pid}.db"))
    file.write_value('["arbitrage_x", "arbitrage_x_total", {"a": "b"}, "help"]', value, 0.0)
    file.close()


def test_files_of_ended_processes_are_folded_without_losing_a_count(folder: Path) -> None:
    ended = [2**22 + n for n in range(3)]
    for pid in ended:
        file_of(folder, pid, 2.0)
    file_of(folder, os.getpid(), 5.0)
    for _ in range(2):
        merged = list(metric_files.Counted().collect())
        assert [sample.value for metric in merged for sample in metric.samples] == [11.0]
    assert sorted(file.name for file in folder.glob("*.db")) == ["counter_0.db", f"counter_{os.getpid()}.db"]


@pytest.mark.django_db
def test_lag_is_what_a_group_has_not_passed(folder: Path) -> None:
    LogPartition.objects.create(topic=ENRICHED.name, partition=3, next_offset=10, first_offset=2)
    LogPosition.objects.create(group=DETECTOR, topic=ENRICHED.name, partition=3, next_offset=7, saved_at=NOW)
    lag = samples(metrics.exposition(NOW))["arbitrage_consumer_lag"]
    assert [value for labels, value in lag if labels["group"] == DETECTOR] == [3.0]
    assert [value for labels, value in lag if labels["group"] != DETECTOR] == [8.0]


@pytest.mark.django_db
def test_facts_come_from_the_tables() -> None:
    TokenBucket.objects.create(key_digest=digest_of("k" * 64), balance=77, updated_at=NOW)
    FxRate.objects.create(day=date(2026, 11, 23), currency="GBP", rate=Decimal("0.86"), source="test")
    DeadLetter.objects.create(
        group=DETECTOR, topic=ENRICHED.name, partition=0, offset=1, epoch=1, key="k", value=b"", timestamp=NOW,
        kind="schema", reason="r", failed_at=NOW,
    )  # fmt: skip
    found = samples(metrics.exposition(NOW))
    assert found["arbitrage_keepa_tokens_left"] == [({}, 77.0)]
    assert found["arbitrage_fx_rate_age_seconds"] == [({}, 36 * 3600.0)]
    assert found["arbitrage_dead_letters_waiting"] == [({"stage": DETECTOR, "reason": "schema"}, 1.0)]
    assert len(found["arbitrage_opportunities_open"]) == 20
    assert found["arbitrage_build_info"][0][1] == 1.0


@pytest.mark.django_db
def test_only_this_machine_and_signed_in_people_may_scrape(client: Client) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7").status_code == 403
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="203.0.113.7").status_code == 403
    client.force_login(User.objects.create_user("p"))
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7").status_code == 200


@pytest.mark.django_db
def test_requests_are_counted_by_view(client: Client, settings: Settings) -> None:
    settings.METRICS_DIR = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    client.get("/health/live")
    found = samples(client.get("/metrics").content)
    assert any(
        labels["view"] == "health-live"
        for labels, _ in found["django_http_requests_total_by_view_transport_method_total"]
    )


@pytest.mark.django_db
def test_no_secret_is_scraped(client: Client) -> None:
    text = client.get("/metrics").content.decode()
    assert "kkkkkkkk" not in text
