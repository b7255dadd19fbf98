"""The embedded worker as a real process: beat is a thread of it, and there is never a second one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from arbitrage_site import celery_app
from tests.own_database import OwnDatabase
from tests.processes import commands
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]


@pytest.fixture
def database(tmp_path: Path, django_db_setup: None) -> Iterator[OwnDatabase]:
    own = OwnDatabase(tmp_path)
    own.copy()
    yield own
    own.drop()


@pytest.fixture
def environment(tmp_path: Path, database: OwnDatabase) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {
        **os.environ,
        **database.environment,
        "DJANGO_SETTINGS_MODULE": "arbitrage_site.settings",
        "VAR_DIR": str(tmp_path),
        "DEMO": "1",
        "KEEPA_API_KEY": "",
        "SIMULATOR_BIND": "127.0.0.1:9",
        "PATH": path,
    }


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def worker() -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                commands()["worker"].split(),
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return started[-1]

    yield worker
    for process in started:
        process.kill()
        process.communicate()


def _slots(database: OwnDatabase) -> int:
    return int(database.ask("SELECT count(*) FROM arbitrage_site_beatslot")[0][0])


def test_beat_dies_with_its_worker_and_comes_back_once(
    database: OwnDatabase, start: Callable[[], subprocess.Popen[str]]
) -> None:
    first = start()
    wait_until(lambda: _slots(database) >= 1, seconds=60, every=0.1)

    first.kill()
    first.wait()
    slots = _slots(database)
    time.sleep(6)
    assert _slots(database) == slots, "a beat outlived its worker"

    start()
    wait_until(lambda: _slots(database) > slots, seconds=60, every=0.1)


def test_a_second_worker_is_refused_with_a_sentence_and_term_ends_the_first(
    environment: dict[str, str], start: Callable[[], subprocess.Popen[str]]
) -> None:
    first = start()
    wait_until((Path(environment["VAR_DIR"]) / "worker.lock").exists, seconds=60, every=0.1)

    said, _ = start().communicate(timeout=60)
    first.send_signal(signal.SIGTERM)

    assert "Another worker already serves" in said
    assert "Traceback" not in said
    assert first.wait(timeout=60) == 0


@pytest.mark.django_db
def test_every_scheduled_task_exists() -> None:
    celery_app.loader.import_default_modules()

    names = {entry["task"] for entry in celery_app.conf.beat_schedule.values()}

    assert len(names) >= 5
    assert names <= set(celery_app.tasks)
