"""What a batch of raw records leaves in the tables and in the log."""

from collections.abc import Sequence

import pytest
from django.db import transaction

from ingestion.enrichment import EnrichmentConsumer
from ingestion.eventlog.base import Record
from ingestion.events import ProductEnriched, decode
from ingestion.eventlog import values
from ingestion.models import LogRecord
from ingestion.consumers import Effects
from ingestion.topics import ENRICHED
from products.models import Listing, Product
from tests.ingestion.enrichment.raw import ASIN, MINUTE, NOW, keepa_product, record

pytestmark = pytest.mark.django_db


def consume(records: Sequence[Record]) -> Effects:
    effects = EnrichmentConsumer().prepare(records, NOW)
    with transaction.atomic():
        effects.write()
    return effects


def events() -> list[ProductEnriched]:
    rows = LogRecord.objects.filter(topic=ENRICHED.name).order_by("id").values_list("value", flat=True)
    return [decode(ProductEnriched, values.unpack(value)) for value in rows]


def test_a_record_becomes_a_listing_a_product_and_an_event() -> None:
    consume([record()])

    listing = Listing.objects.get(product_id=ASIN, marketplace="DE")
    assert (listing.new, listing.currency, listing.offers, listing.reference) == (2000, "EUR", 3, 2000)
    assert (listing.median_90, listing.in_stock_90, listing.stock_days) == (2000, 1000, 100)
    assert (listing.referral_rate, listing.fba_fee) == (150_100, 350)
    assert Product.objects.get(asin=ASIN).title == "Kettle DE"
    assert [(event.asin, event.changed) for event in events()] == [(ASIN, ["DE"])]
