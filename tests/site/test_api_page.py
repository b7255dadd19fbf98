"""docs/api.md: its examples work as written."""

import re
import shlex
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from pytest_django import Settings
from rest_framework.test import APIClient

from arbitrage_site.api_urls import v1
from tests import factories

PAGE = (settings.BASE_DIR / "docs" / "api.md").read_text()
COMMANDS = [command for command in re.sub(r"\\\n\s*", "", PAGE).splitlines() if command.startswith("curl ")]


@pytest.mark.django_db
@pytest.mark.parametrize("command", COMMANDS)
def test_an_example_succeeds(command: str, settings: Settings) -> None:
    settings.DEMO = True
    factories.watch(factories.product("B0DEMO0001"))
    words = shlex.split(command)
    parts = urlsplit(next(word for word in words if word.startswith("http")))
    method = words[words.index("-X") + 1] if "-X" in words else "GET"
    body = words[words.index("-d") + 1] if "-d" in words else ""
    answer = APIClient().generic(method, f"{parts.path}?{parts.query}", body, content_type="application/json")
    assert answer.status_code in {200, 201}, answer.content


def test_every_address_is_on_the_page() -> None:
    shown = set(re.findall(r"^\| `/api/v1/([^`]+)`", PAGE, re.MULTILINE))
    assert len(shown) == len([route for route in v1 if str(route.pattern) != "schema"])
