"""Names of a test run on real servers: its own, inherited by what it starts, each xdist worker another."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import names

ROOT = Path(__file__).resolve().parent.parent
GIVEN = {"DATABASE_URL": "postgresql://me@host:1/Mine_2", "REDIS_URL": "redis://host:1/0", "KAFKA_TOPIC_PREFIX": "a-"}


def test_names_follow_from_the_database() -> None:
    assert names.own(GIVEN) == {
        "KAFKA_TOPIC_PREFIX": "a-test-mine-2-",
        "ELASTICSEARCH_INDEX_PREFIX": "test-mine-2-",
        "REDIS_URL": "redis://host:1/10",
        names.NAMED: "run ",
    }


def test_a_worker_adds_its_own_to_the_names_of_the_run() -> None:
    run = GIVEN | names.own(GIVEN)
    worker = names.own(run | {"PYTEST_XDIST_WORKER": "gw1"})
    assert worker["KAFKA_TOPIC_PREFIX"] == "a-test-mine-2-gw1-"
    assert worker["REDIS_URL"] == "redis://host:1/11"


def test_a_process_that_a_run_starts_keeps_its_names() -> None:
    assert names.own(GIVEN | names.own(GIVEN)) == {}
    worker = GIVEN | {"PYTEST_XDIST_WORKER": "gw0"}
    assert names.own(worker | names.own(worker)) == {}


def test_a_redis_number_of_ones_own_is_kept_and_more_than_there_are_is_refused() -> None:
    assert names.own(GIVEN | {"REDIS_URL": "redis://host:1/3"})["REDIS_URL"] == "redis://host:1/3"
    with pytest.raises(SystemExit, match="Redis has 16 numbers"):
        names.own(GIVEN | {"PYTEST_XDIST_WORKER": "gw6"})


def test_without_servers_nothing_is_named() -> None:
    assert names.own({"REDIS_URL": "redis://host/0"}) == {}


def test_without_all_four_servers_their_folder_is_neither_skipped_nor_failed() -> None:
    environment = os.environ | dict.fromkeys(("REDIS_URL", "KAFKA_BOOTSTRAP_SERVERS", "ELASTICSEARCH_URL"), "")
    command = [sys.executable, "-m", "pytest", "tests/services", "--collect-only", "-q", "-p", "no:cacheprovider"]
    listed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (listed.returncode, listed.stdout.split("\n")[0]) == (5, "")
    assert "skipped" not in listed.stdout
