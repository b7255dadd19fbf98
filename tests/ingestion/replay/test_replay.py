"""A span of the kept log, run again: equal where it must be, different with a reason, nothing live touched."""

from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import F
from msgspec.structs import replace

from arbitrage.detection.consumer import DetectionConsumer
from arbitrage.models import Alert, AlertRule, Opportunity
from arbitrage.rules import AlertConsumer
from ingestion.eventlog.recreate import recreate
from ingestion.eventlog.sql import SqlReader, append
from ingestion.events import RawKeepaUpdate, decode
from ingestion.models import DeadLetter, LogEpoch, LogPosition, LogRecord, TokenBucket
from ingestion.replay.places import ReplayRefused, place_of
from ingestion.replay.spans import Stretch, bound_of, stretches
from ingestion.runner.loop import Runner
from ingestion.topics import ALERT, RAW
from products.marketplaces import Code
from products.models import Listing, Product
from products.series import BUY_BOX, COUNT_NEW, NEW, SALES
from tests import factories
from tests.ingestion.enrichment.raw import MINUTE, NOW, csv_of, keepa_product, record
from tests.ingestion.test_conservation import consume, load, update

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("replay"),
]

GUARD = ("product_id", "marketplace", "base_epoch", "base_offset")


def replay(**options: str) -> str:
    out = StringIO()
    call_command("replay", into="test", stdout=out, **options)
    return out.getvalue()


def live() -> list[object]:
    """What a replay must not touch."""
    tables = (LogEpoch, LogPosition, LogRecord, DeadLetter, Listing, Opportunity, Alert, TokenBucket)
    return [list(table._base_manager.order_by("pk").values_list()) for table in tables]


def test_all_kept_records_give_the_same_listings_again_and_nothing_live_is_touched() -> None:
    load()
    before = live()
    text = replay()
    assert "45 records of raw.keepa_updates replayed into" in text
    assert "45 applied, 0 superseded, 0 set aside" in text
    assert "15 listings have records in the span, 15 can be compared: 15 equal, 0 different; digest " in text
    assert "5 products have all their listings among the equal ones: 5 search documents equal, 0 different." in text
    assert live() == before
    with pytest.raises(CommandError, match="holds a replay already"):
        replay()


def test_records_of_before_a_move_or_a_restore_are_replayed_in_their_own_generation() -> None:
    load()
    append(RAW, [update("B0CONS0001", step=5)], now=NOW)
    recreate()
    append(RAW, [update("B0CONS0001", "IT", step=6), update("B0CONS0009")], now=NOW)
    consume()
    text = replay()
    assert "48 applied, 0 superseded, 0 set aside" in text
    assert "16 can be compared: 16 equal, 0 different" in text
    guards = set(Listing.objects.values_list(*GUARD))
    assert {epoch for _, _, epoch, _ in guards} == {1, 2}
    with place_of("test").connected():
        assert set(Listing.objects.using("replay").values_list(*GUARD)) == guards


def flip() -> None:
    """A product that is cheap in Italy and dear in Germany, as the whole pipeline sees it."""
    since = MINUTE - 100 * 1440
    prices: dict[Code, int] = {"IT": 3000, "DE": 9000}
    for number, (code, price) in enumerate(prices.items()):
        csv = csv_of({NEW: [since, price], COUNT_NEW: [since, 3], BUY_BOX: [since, price, 0], SALES: [since, 900]})
        product = keepa_product("B0FLIP0001", code, csv=csv)
        made = record(asin="B0FLIP0001", code=code, product=product, asked=("history", "buybox"))
        append(RAW, [replace(decode(RawKeepaUpdate, made.value), event_id=UUID(int=number))], now=NOW)
    consume()
    for consumer in (DetectionConsumer(), AlertConsumer()):
        reader = SqlReader(consumer.group, consumer.topics, "a")
        assert Runner(consumer, reader).turn(NOW)
        reader.close()


def test_flips_are_found_again_and_nobody_is_alerted() -> None:
    flip()
    AlertRule.objects.update(min_score=0)
    text = replay()
    assert Opportunity.objects.get().product_id == "B0FLIP0001"
    assert "2 applied, 0 superseded, 0 set aside, 1 events of opportunities" in text
    with place_of("test").connected():
        assert Opportunity.objects.using("replay").get().opened_at == NOW
        assert not Alert.objects.using("replay").exists()
        assert not LogRecord.objects.using("replay").filter(topic=ALERT.name).exists()


def test_each_listing_is_equal_or_different_or_left_out_for_a_reason() -> None:
    load()
    Listing.objects.filter(product_id="B0CONS0003", marketplace="IT").update(new=F("new") + 1)
    Listing.objects.filter(product_id="B0CONS0003", marketplace="DE").delete()
    Listing.objects.filter(product_id="B0CONS0001").update(created_at=NOW - timedelta(days=3))
    append(RAW, [update("B0CONS0007", step=1)], now=NOW)
    consume()
    append(RAW, [update("B0CONS0002", step=9)], now=NOW)
    out = StringIO()
    with pytest.raises(CommandError, match="2 listings and 0 search documents differ"):
        call_command("replay", into="test", stdout=out)
    text = out.getvalue()
    assert "16 listings have records in the span, 11 can be compared: 9 equal, 2 different" in text
    assert "DIFFERS  B0CONS0003 IT: differs in current." in text
    assert "DIFFERS  B0CONS0003 DE: there is no live row." in text
    assert "3 left out: they have records from before the span." in text
    assert "1 left out: the live installation has not passed all their records." in text
    assert "1 left out: their records in the span do not begin with a full poll." in text
    assert "2 products have all their listings among the equal ones: 2 search documents equal, 0 different." in text


def test_a_document_that_differs_where_the_listings_do_not_is_named() -> None:
    load()
    Product.objects.filter(asin="B0CONS0003").update(title="Spoilt", best_net=1, document_version=9)
    Listing.objects.filter(product_id="B0CONS0004", marketplace="UK").update(currency="EUR")
    factories.listing(Product.objects.get(asin="B0CONS0001"), "FR")
    out = StringIO()
    with pytest.raises(CommandError, match="0 listings and 2 search documents differ"):
        call_command("replay", into="test", stdout=out)
    assert "DIFFERS  B0CONS0003: its search document differs in sort_title, title." in out.getvalue()
    assert "DIFFERS  B0CONS0004: its search document differs in current_prices, lowest_new." in out.getvalue()
    assert "4 products have all their listings among the equal ones: 2 search documents equal" in out.getvalue()


def test_a_span_ends_before_its_time_and_what_came_later_is_left_out() -> None:
    load()
    append(RAW, [update("B0CONS0001", step=5)], now=NOW + timedelta(hours=5))
    consume()
    text = replay(start="2026-11-20T11:00", end="2026-11-20T18:00+01:00")
    assert "45 records of raw.keepa_updates replayed" in text
    assert "12 can be compared: 12 equal" in text
    assert "3 left out: they have records behind the span." in text


def test_a_span_is_of_offsets_that_are_kept_in_each_partition() -> None:
    append(RAW, [update("B0CONS0001", step=step) for step in range(6)], now=NOW)
    [whole] = stretches(None, None)
    assert (whole.start, whole.end) == (0, 6)
    assert stretches(2, 4) == [Stretch(whole.partition, 2, 4)]
    with pytest.raises(ReplayRefused, match=r"No record .* in that span is kept; the oldest is of 2026-11-20T12:00Z"):
        stretches(6, None)


def test_what_is_no_bound_or_no_name_is_refused_with_a_sentence() -> None:
    with pytest.raises(ReplayRefused, match="'yesterday' is neither an offset nor a time; write"):
        bound_of("yesterday")
    for name in ("", "../live", "A", "x" * 31, "2fast", "a-b"):
        with pytest.raises(ReplayRefused, match="is no name for a replay"):
            place_of(name)


def test_whatever_decides_a_flip_is_given_to_a_replay_and_no_result_is() -> None:
    results = {"Opportunity", "Alert", "AlertRead", "AlertRule"}
    tables = {model._meta.label for model in apps.get_app_config("arbitrage").get_models()}
    assert set(settings.REPLAY_GIVEN) == tables - {f"arbitrage.{name}" for name in results}
    assert not any("rules" in path or "deliver" in path for path in settings.REPLAY_CONSUMERS)
