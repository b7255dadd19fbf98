"""The database is locked by somebody else: a sentence, nothing half saved, and all is well a moment later."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from arbitrage_site.database import BUSY
from ingestion import tasks
from products.models import Watch
from tests.bad_input.whole import EVERY_PAGE, Whole, words

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.sqlite,
]
PASTE = {"lines": "B0TEST0001", "marketplaces": "DE"}


@pytest.fixture
def impatient(whole: Whole) -> Iterator[Whole]:
    """An installation that waits for locks a twentieth of a second instead of twenty."""
    whole.client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    yield whole
    connection.close()


@contextmanager
def locked() -> Iterator[None]:
    """Somebody else writes while the block runs."""
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def assert_busy_page(client: Client, path: str, form: dict[str, str]) -> None:
    response = client.post(path, form)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert f"{BUSY.title} {BUSY.advice}" in words(response.content.decode())


def test_a_write_on_a_page_is_answered_with_a_sentence_and_works_a_moment_later(
    impatient: Whole, caplog: pytest.LogCaptureFixture
) -> None:
    with locked():
        assert_busy_page(impatient.client, "/watchlist/", PASTE)
        assert all(impatient.page(path) for path in EVERY_PAGE), "reading goes on"

    assert not Watch.objects.exists()
    assert "Traceback" not in caplog.text
    assert "1 added" in words(impatient.client.post("/watchlist/", PASTE).content.decode())


def test_the_admin_and_the_login_say_the_same(impatient: Whole, caplog: pytest.LogCaptureFixture) -> None:
    stranger, signing_in = Client(raise_request_exception=False), {"username": "eve", "password": "a long password"}
    User.objects.create_user(**signing_in)
    with locked():
        assert_busy_page(impatient.client, "/admin/products/tag/add/", {"name": "toys"})
        assert_busy_page(stranger, "/login/", signing_in)
    assert "Traceback" not in caplog.text


def test_the_api_says_it_as_a_problem(impatient: Whole) -> None:
    with locked():
        response = impatient.client.post("/api/v1/products/watch", {"entries": ["B0TEST0001"]}, "application/json")

    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert response["Content-Type"] == "application/problem+json"
    assert (response.json()["code"], response.json()["detail"]) == ("busy", str(BUSY))


def test_the_worker_says_it_in_its_log_and_polls_a_moment_later(
    impatient: Whole, caplog: pytest.LogCaptureFixture
) -> None:
    impatient.watch()
    with locked():
        tasks.poll_due()

    assert str(BUSY) in caplog.text
    assert "Traceback" not in caplog.text
    assert "4 listings" in impatient.poll()
