"""Log lines: an id on each, two forms, never a secret."""

import ast
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import structlog
from django.conf import settings
from django.test import Client

from arbitrage_site.logs import configure_logging

SECRET = "s3cret" * 10


@pytest.fixture
def written() -> Iterator[StringIO]:
    """What a handler with the project's JSON formatter writes."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter("json"))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def formatter(form: str) -> logging.Formatter:
    declared = configure_logging(level="INFO", form=form, hidden=[SECRET, ""])["formatters"]["line"]
    return structlog.stdlib.ProcessorFormatter(
        processors=declared["processors"], foreign_pre_chain=declared["foreign_pre_chain"]
    )


def line(form: str, message: str) -> str:
    return formatter(form).format(logging.LogRecord("some.where", logging.INFO, __file__, 1, message, (), None))


def lines(stream: StringIO) -> list[dict[str, object]]:
    return [json.loads(text) for text in stream.getvalue().splitlines()]


def test_json_is_one_object_a_line_with_time_level_and_logger() -> None:
    found = json.loads(line("json", "two\nlines"))
    assert (found["event"], found["level"], found["logger"]) == ("two\nlines", "info", "some.where")
    assert found["timestamp"].endswith("Z")


def test_console_is_for_people() -> None:
    assert "hello" in line("console", "hello")
    assert not line("console", "hello").startswith("{")


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_secret_never_reaches_a_line(form: str) -> None:
    shown = line(form, f"GET https://api.keepa.com/token?key={SECRET}")
    assert SECRET not in shown
    assert "[hidden]" in shown


def test_the_settings_hide_the_keepa_key_and_the_secret_key() -> None:
    hide = settings.LOGGING["formatters"]["line"]["processors"][-1]
    assert hide(None, "info", f"{'k' * 64} remains") == "[hidden] remains"


def test_the_settings_hide_passwords_as_they_are_written_and_as_they_are_meant(tmp_path: Path) -> None:
    code = "from arbitrage_site.settings import LOGGING as L; print(L['formatters']['line']['processors'][-1].secrets)"
    given = {"DATABASE_URL": "postgresql://a:data%40base@host/name", "FLOWER_PASSWORD": "flower-password"}
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "KEEPA_API_KEY": "k" * 64, **given}
    said = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, env=environment, capture_output=True)
    assert {"data%40base", "data@base", "flower-password", "k" * 64} <= set(ast.literal_eval(said.stdout.decode()))


@pytest.mark.django_db
def test_the_answer_and_its_lines_carry_one_request_id(client: Client, written: StringIO) -> None:
    answer = client.get("/api/v1/nowhere")
    ids = {entry.get("request_id") for entry in lines(written)}
    assert ids == {answer["X-Request-ID"]} == {answer.json()["request_id"]}
    assert len(answer["X-Request-ID"]) == 36


@pytest.mark.django_db
def test_an_id_from_outside_is_not_believed(client: Client) -> None:
    assert client.get("/health/live", HTTP_X_REQUEST_ID="forged\ninjected")["X-Request-ID"] != "forged"


@pytest.mark.django_db
def test_a_failed_request_is_answered_with_its_id_and_no_trace(client: Client, written: StringIO) -> None:
    client.raise_request_exception = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("arbitrage_site.health.report", explode)
        answer = client.get("/api/v1/health")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert answer.json()["request_id"] == answer["X-Request-ID"]
    assert b"inner workings" not in answer.content
    assert any("inner workings" in str(entry.get("exception")) for entry in lines(written))


def explode(*_: object) -> None:
    raise ZeroDivisionError("inner workings")


@pytest.mark.django_db
def test_questions_of_machines_that_went_well_write_no_line(client: Client, written: StringIO) -> None:
    client.get("/health/live")
    assert lines(written) == []
