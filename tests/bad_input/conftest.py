"""A whole installation that asks the simulated Keepa with a key, and somebody who is signed in."""

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from ingestion.simulator.server import serve_in_thread
from tests.bad_input.whole import Whole, moment
from tests.bad_input.wire import Wire
from tests.simulator import KEY, frozen_simulator


@pytest.fixture
def whole(client: Client, db: None, settings: Settings) -> Iterator[Whole]:
    settings.KEEPA_API_KEY = KEY
    settings.POLL_RETRY_DELAY_SECONDS = 0
    wire = Wire(frozen_simulator())
    with serve_in_thread(wire) as address, time_machine.travel(moment(), tick=False) as traveller:
        settings.KEEPA_BASE_URL = address
        client.force_login(User.objects.create_superuser("ada"))
        yield Whole(wire, client, settings, traveller)
