"""The proof: clean after ordinary work, and unclean with a name for every kind of harm."""

from datetime import timedelta
from io import StringIO
from uuid import NAMESPACE_OID, uuid5

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from msgspec.structs import replace

from ingestion.enrichment import EnrichmentConsumer
from ingestion.eventlog.sql import Entry, SqlReader, append, append_entries
from ingestion.events import Group, RawKeepaUpdate, decode
from ingestion.models import DeadLetter, LogPosition, LogRecord
from ingestion.runner.loop import Runner
from ingestion.topics import ALERT, RAW
from products.marketplaces import Code
from products.models import Listing
from products.series import NEW
from tests.ingestion.enrichment.raw import MINUTE, NOW, csv_of, keepa_product, record

pytestmark = pytest.mark.django_db


def update(asin: str, code: Code = "DE", *, step: int = 0, asked: tuple[Group, ...] = ("history",)) -> RawKeepaUpdate:
    """A snapshot taken `step` hours after the first one, at a price of its own; only the first asks all history."""
    minute = MINUTE + 60 * step
    product = keepa_product(asin, code, csv=csv_of({NEW: [MINUTE - 144_000, 2000, minute, 1500 + step]}))
    since = minute - 1440 if step else 0
    made = record(asin=asin, code=code, minute=minute, product=product, asked=asked, history_from=since)
    return replace(decode(RawKeepaUpdate, made.value), event_id=uuid5(NAMESPACE_OID, f"{asin} {code} {step}"))


def consume() -> None:
    runner = Runner(EnrichmentConsumer(), SqlReader(EnrichmentConsumer.group, [RAW], "a"))
    while runner.turn(NOW):
        pass
    assert runner.stopped_because == ""
    runner.reader.close()


def load() -> None:
    """Fifteen listings of five products, polled three times, each time with another price."""
    codes: tuple[Code, ...] = ("DE", "IT", "UK")
    for step in range(3):
        asked: tuple[Group, ...] = ("history", "buybox") if step == 1 else ("history",)
        append(
            RAW, [update(f"B0CONS000{n}", code, step=step, asked=asked) for n in range(5) for code in codes], now=NOW
        )
        consume()


def proof() -> str:
    out = StringIO()
    call_command("conservation", stdout=out)
    return out.getvalue()


def harm() -> str:
    """What the command prints when it is not clean."""
    out = StringIO()
    with pytest.raises(CommandError, match=r"Not clean: \d+ differences"):
        call_command("conservation", stdout=out)
    return out.getvalue()


def test_ordinary_work_is_clean_and_says_how_much_was_compared() -> None:
    load()
    text = proof()
    assert "45 kept records of raw.keepa_updates below the position" in text
    assert "45 in their listing, 0 set aside, 0 missing" in text
    assert "15 of 15 listings" in text
    assert text.endswith("Clean.\n")


def test_records_above_the_position_are_not_missed() -> None:
    load()
    append(RAW, [update("B0CONS0001", step=9)], now=NOW)
    assert "45 kept records" in proof()


def test_a_record_set_aside_is_accounted_for() -> None:
    load()
    append_entries(RAW, [Entry("B0CONS0001", b"{", {})], now=NOW)
    consume()
    assert DeadLetter.objects.get().kind == "decode"
    assert "45 in their listing, 1 set aside, 0 missing" in proof()


def test_a_record_that_was_passed_without_effect_is_named() -> None:
    load()
    [(partition, offset)] = append(RAW, [update("B0CONS0001", step=9)], now=NOW)
    LogPosition.objects.filter(group=EnrichmentConsumer.group, partition=partition).update(next_offset=offset + 1)
    text = harm()
    assert (
        f"raw.keepa_updates[{partition}]@{offset} is neither in the listing B0CONS0001 DE (base) nor set aside" in text
    )
    assert "B0CONS0001 DE differs from its records: base" in text or "B0CONS0001 DE differs" in text


def test_a_changed_row_is_named_with_what_differs() -> None:
    load()
    Listing.objects.filter(product_id="B0CONS0003", marketplace="IT").update(new=F("new") + 1)
    assert "B0CONS0003 IT differs from its records: current." in harm()


def test_a_deleted_listing_is_named() -> None:
    load()
    Listing.objects.filter(product_id="B0CONS0003", marketplace="IT").delete()
    assert "B0CONS0003 IT differs from its records: there is no row." in harm()


def test_a_record_removed_too_early_leaves_a_gap() -> None:
    load()
    LogRecord.objects.order_by("pk")[5].delete()
    assert "are there." in harm()


def test_a_position_beyond_the_end_is_named() -> None:
    load()
    LogPosition.objects.filter(group=EnrichmentConsumer.group, partition=3).update(next_offset=999)
    assert "stands at 999, beyond the end" in harm()


def test_an_event_that_stands_in_the_log_twice_is_named() -> None:
    load()
    append(RAW, [update("B0CONS0001", step=0)], now=NOW)
    assert "repeats" in harm()


def test_an_alert_named_like_its_event_is_no_repeat_but_a_second_one_is() -> None:
    value = b'{"event_id": "%s", "alert_id": "54627407-6084-5726-8efc-20775136653f"}'
    first, second = (
        Entry("B0CONS0001", value % event, {}) for event in (b"54627407-6084-5726-8efc-20775136653f", b"0" * 32)
    )
    append_entries(ALERT, [first], now=NOW)
    assert "1 kept records carry an event, 0 of them" in proof()
    append_entries(ALERT, [second], now=NOW)
    assert "repeats 54627407-6084-5726-8efc-20775136653f" in harm()


def test_a_listing_older_than_its_kept_records_is_not_compared() -> None:
    load()
    Listing.objects.filter(product_id="B0CONS0001").update(created_at=NOW - timedelta(days=3))
    assert "12 of 15 listings" in proof()
