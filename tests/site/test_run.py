"""What `make run` prepares before it starts the processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import Settings

from arbitrage_site import run
from tests.processes import procfile


@pytest.fixture
def project(tmp_path: Path, settings: Settings) -> Path:
    (tmp_path / "static").mkdir()
    (tmp_path / "arbitrage_site").mkdir()
    (tmp_path / "arbitrage_site" / "settings.py").write_text("VERSION = 1")
    (tmp_path / "static" / "own.css").write_text("p { color: red }")
    settings.BASE_DIR, settings.VAR_DIR, settings.STATIC_ROOT = tmp_path, tmp_path, tmp_path / "collected"
    settings.STATICFILES_DIRS, settings.STATICFILES_FINDERS = (
        [tmp_path / "static"],
        ["django.contrib.staticfiles.finders.FileSystemFinder"],
    )
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    return tmp_path


def test_static_files_are_collected_only_when_something_changed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run._collect_static()
    run._collect_static()
    assert capsys.readouterr().out.count("Collecting") == 1

    (project / "static" / "own.css").write_text("p { color: blue }")
    run._collect_static()
    assert capsys.readouterr().out.count("Collecting") == 1
    assert len(list((project / "collected").glob("own.*.css"))) == 2


def test_static_files_that_are_gone_are_collected_again(project: Path) -> None:
    run._collect_static()
    (project / "collected" / "staticfiles.json").unlink()

    run._collect_static()

    assert (project / "collected" / "staticfiles.json").is_file()


def test_another_time_of_the_settings_is_a_change(project: Path) -> None:
    before = run.static_state(project)

    os.utime(project / "arbitrage_site" / "settings.py", (1, 1))

    assert run.static_state(project) != before


def test_without_a_key_it_is_the_demo_unless_something_else_was_said() -> None:
    assert run.environment_of({}, "")["DEMO"] == "1"
    assert run.environment_of({}, "k" * 64)["DEMO"] == "0"
    assert run.environment_of({"DEMO": "0"}, "")["DEMO"] == "0"


def test_without_servers_the_procfile_runs() -> None:
    chosen = run.processes(redis=False, kafka=False, demo=True)
    assert chosen == ("Procfile", ["web", "worker", "consumers", "simulator"])


def test_with_all_servers_every_process_of_the_distributed_procfile_runs() -> None:
    file, names = run.processes(redis=True, kafka=True, demo=True)
    assert file == "Procfile.distributed"
    assert sorted(names) == sorted(procfile(file))


def test_what_serves_a_server_that_is_not_named_stays_off() -> None:
    _, names = run.processes(redis=True, kafka=False, demo=False)
    assert not {"relay", "simulator"} & set(names)


def test_kafka_is_served_without_redis_too() -> None:
    chosen = run.processes(redis=False, kafka=True, demo=False)
    assert chosen == ("Procfile", ["web", "worker", "consumers", "relay"])


def test_a_server_that_does_not_answer_is_the_first_thing_said(tmp_path: Path) -> None:
    address = {"DATABASE_URL": "postgresql://user:secret@127.0.0.1:9/facts", "VAR_DIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-m", "arbitrage_site.run"],
        env={**os.environ, **address, "DJANGO_SETTINGS_MODULE": "arbitrage_site.settings"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    said = "PostgreSQL at 127.0.0.1:9 does not answer. Start it, or correct DATABASE_URL;"
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "secret" not in ended.stdout + ended.stderr
