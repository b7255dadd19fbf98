"""Pages are tested at one moment, by somebody signed in."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from arbitrage_site import clock
from tests.factories import NOON


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stops the clock."""
    monkeypatch.setattr(clock, "now", lambda: NOON)


@pytest.fixture
def reader(db: None) -> User:
    return User.objects.create_user("ada", password="correct horse battery")


@pytest.fixture
def signed_in(client: Client, reader: User) -> Client:
    client.force_login(reader)
    return client


@pytest.fixture
def open_demo(settings: Settings) -> None:
    """Invented data on loopback: no sign-in."""
    settings.DEMO = True
    settings.WEB_BIND = "127.0.0.1:8000"
