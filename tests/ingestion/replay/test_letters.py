"""Dead letters, one by one: tried in a replay, where they meet what is live, and still open here."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ingestion.eventlog.sql import Entry, append_entries
from ingestion.events import encode
from ingestion.models import DeadLetter, LogRecord
from ingestion.topics import ENRICHMENT, RAW
from products.models import Listing
from tests.factories import NOON
from tests.ingestion.test_conservation import consume, load, update

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("replay"),
]


def attempt(*ids: int) -> str:
    out = StringIO()
    call_command("dead_letters", "replay", *map(str, ids), "--into", "test", stdout=out)
    return out.getvalue()


def letter(value: bytes, group: str = ENRICHMENT) -> DeadLetter:
    """A record that was set aside by a version of ours that knew less, or rightly."""
    place = {"topic": RAW.name, "partition": 6, "offset": 900 + DeadLetter.objects.count(), "epoch": 1}
    rest = {"key": "B0CONS0001", "timestamp": NOON, "failed_at": NOON, "kind": "schema", "reason": "unknown"}
    return DeadLetter.objects.create(group=group, value=value, **place, **rest)


def test_a_letter_is_taken_or_set_aside_again_and_stays_open_here() -> None:
    load()
    good, bad = letter(encode(update("B0CONS0001", step=9))), letter(b"{")
    listings, records = list(Listing.objects.order_by("pk").values()), LogRecord.objects.count()
    text = attempt(good.pk, bad.pk)
    assert f"{good.pk}: taken as raw.keepa_updates[" in text
    assert f"{bad.pk}: set aside again: raw.keepa_updates.v1: Input data was truncated" in text
    assert set(DeadLetter.objects.values_list("state", flat=True)) == {"open"}
    assert list(Listing.objects.order_by("pk").values()) == listings
    assert LogRecord.objects.count() == records


def test_a_letter_of_a_step_that_alerts_is_not_tried() -> None:
    alerting = letter(b"{", group="alert-rules")
    with pytest.raises(CommandError, match="alert-rules, which is not part of a replay"):
        attempt(alerting.pk)


def test_a_letter_tried_well_is_appended_again_alone() -> None:
    load()
    append_entries(RAW, [Entry("B0CONS0001", b"{", {}), Entry("B0CONS0002", b"[", {})], now=NOON)
    consume()
    first, second = DeadLetter.objects.order_by("key")
    call_command("dead_letters", "replay", str(first.pk), stdout=StringIO())
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("replayed", "open")
