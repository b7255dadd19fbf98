"""A batch as a whole: every profile, bad records, rates, and how much is read."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from arbitrage.detection.cases import Disagreement
from arbitrage.detection.consumer import DetectionConsumer
from arbitrage.economics.flip import evaluate
from arbitrage.economics.table_loading import load_tables
from arbitrage.models import Opportunity, SellerProfile
from ingestion.eventlog.base import Record
from ingestion.models import LogRecord
from products.models import Product
from tests import factories
from tests.arbitrage.detection.detecting import ASIN, detect, record
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_every_enabled_profile_has_its_own_opportunity(flip: Product) -> None:
    factories.profile("Careful", min_roi=1000, inbound=150, storage=18)
    factories.profile("Off", enabled=False)
    detect()
    assert set(Opportunity.objects.values_list("profile__name", flat=True)) == {"German seller", "Careful"}


def test_a_profile_that_names_nonsense_is_passed_over(flip: Product) -> None:
    factories.profile("Broken", regime="PIRATE")
    detect()
    assert Opportunity.objects.get().profile.name == "German seller"


def test_a_bad_record_is_set_aside_and_the_rest_goes_on(flip: Product) -> None:
    bad = Record("products.enriched", 3, 0, ASIN, b'{"schema": "products.enriched.v1"}', NOON, 1)
    effects = DetectionConsumer().prepare([bad, record(offset=1)], NOON)
    effects.write()
    assert [aside.offset for aside, _ in effects.set_aside] == [0]
    assert Opportunity.objects.count() == 1


def test_a_product_that_is_gone_does_nothing() -> None:
    detect(record("B0GONE0001"))
    detect(Record("products.enriched", 3, 0, ASIN, b"?", NOON, 1))
    assert not LogRecord.objects.exists()


def test_the_rates_are_kept_for_a_minute_and_read_again_for_a_recompute(flip: Product) -> None:
    consumer = DetectionConsumer()
    detect(consumer=consumer)
    SellerProfile.objects.update(min_roi=4000)
    detect(now=NOON + timedelta(seconds=30), consumer=consumer)
    assert Opportunity.objects.get().state == "open"
    detect(record(cause="recompute"), now=NOON + timedelta(seconds=31), consumer=consumer)
    assert Opportunity.objects.get().state == "closed"


def test_a_disagreement_of_the_two_forms_stops_it(flip: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arbitrage.detection.rows.evaluate", lambda inputs: evaluate(replace(inputs, buy=1)))
    with pytest.raises(Disagreement, match="B0TEST0001 IT to DE"):
        detect()


def many(count: int) -> Iterable[Record]:
    for number in range(count):
        product = factories.product(f"B0MANY{number:04d}")
        factories.listing(product, "IT", 4999)
        factories.listing(product, "DE", 7999)
        yield record(product.asin, offset=number)


def test_the_number_of_reads_does_not_grow_with_the_batch(django_assert_max_num_queries: Any) -> None:
    records = list(many(40))
    load_tables()  # once a process, until one of them changes
    with django_assert_max_num_queries(14):
        effects = DetectionConsumer().prepare(records, NOON)
    with django_assert_max_num_queries(45), transaction.atomic():
        effects.write()
    assert Opportunity.objects.count() == 40
