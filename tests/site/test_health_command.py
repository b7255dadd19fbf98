"""`manage.py health`: the parts in words, and an exit code for machines."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

pytestmark = pytest.mark.django_db


def test_a_part_that_works_is_said_to_work() -> None:
    out = StringIO()
    call_command("health", "database", stdout=out)
    assert out.getvalue() == "database: ok\n"


def test_a_part_that_is_down_fails_with_its_sentence() -> None:
    out = StringIO()
    with pytest.raises(CommandError, match=r"^Down: consumers\.$"):
        call_command("health", "database", "consumers", stdout=out)
    assert "consumers: down Not seen for a minute" in out.getvalue()


def test_only_what_is_named_is_asked(settings: Settings) -> None:
    settings.HEALTH_PROBES = {"database": "arbitrage_site.health.database", "other": "there.is.no.such.probe"}
    call_command("health", "database", stdout=StringIO())


def test_a_part_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(CommandError, match="There is no part 'nothing'; there are database, "):
        call_command("health", "nothing")
