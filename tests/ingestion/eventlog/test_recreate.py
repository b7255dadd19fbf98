"""A new generation of the log loses nothing that is still to be read, and steps over what is gone."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ingestion.eventlog.reading import current_epoch
from ingestion.eventlog.recreate import recreate
from ingestion.eventlog.sql import Entry, SqlReader, append_entries
from ingestion.models import LogPosition, LogRecord
from ingestion.topics import ALERTS, DETECTOR, ENRICHED
from tests.contracts.event_log import NOON, passed

pytestmark = pytest.mark.django_db


def fill(count: int) -> None:
    append_entries(ENRICHED, [Entry("B000000001", b"{}", {})] * count, now=NOON)


def read(group: str, limit: int = 1000) -> list[tuple[int, int]]:
    reader = SqlReader(group, [ENRICHED], "a")
    records = reader.poll(limit, NOON)
    reader.save(passed(records), NOON)
    reader.close()
    return [(record.offset, record.epoch) for record in records]


def test_what_some_group_has_still_to_read_is_lifted() -> None:
    fill(6)
    read(DETECTOR, 5)
    read(ALERTS, 2)
    assert recreate().lifted == 4
    assert read(DETECTOR) == [(5, 2)]
    assert read(ALERTS) == [(2, 2), (3, 2), (4, 2), (5, 2)]


def test_a_group_that_never_read_finds_everything() -> None:
    fill(3)
    read(DETECTOR)
    recreate()
    assert read(ALERTS) == [(0, 2), (1, 2), (2, 2)]


def test_numbers_go_on_in_the_new_generation() -> None:
    fill(2)
    recreate()
    fill(1)
    assert list(LogRecord.objects.order_by("offset").values_list("offset", "epoch")) == [(0, 2), (1, 2), (2, 2)]


def test_a_missing_record_is_stepped_over_and_named() -> None:
    fill(5)
    read(DETECTOR, 1)
    LogRecord.objects.filter(offset__in=[1, 2]).delete()
    out = StringIO()
    call_command("topics", "recreate", "--yes", stdout=out)
    assert "1 to 2 are not in the log." in out.getvalue()
    assert read(DETECTOR) == [(3, 2), (4, 2)]


def test_a_tail_that_is_missing_is_stepped_over() -> None:
    fill(5)
    read(DETECTOR, 1)
    LogRecord.objects.filter(offset__gte=1).delete()
    assert len(recreate().lost) == 1
    assert LogPosition.objects.get(next_offset=5).group == DETECTOR
    assert read(DETECTOR) == []


def test_it_has_to_be_confirmed() -> None:
    with pytest.raises(CommandError, match="Add --yes to go on"):
        call_command("topics", "recreate")
    assert current_epoch() == 1


def test_the_list_shows_what_is_kept_and_who_is_behind() -> None:
    fill(5)
    read(DETECTOR, 2)
    out = StringIO()
    call_command("topics", "list", stdout=out)
    assert "products.enriched: 5 records kept, oldest 2026-11-20 12:00, for at least 7 days" in out.getvalue()
    assert "    arbitrage-detector: 3 behind" in out.getvalue()
    assert "    alert-rules: 5 behind" in out.getvalue()
