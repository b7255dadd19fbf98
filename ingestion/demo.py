"""The demo's watchlist: invented products of the simulator's catalogue, and how to get rid of them."""

from datetime import datetime

from django.db import transaction

from ingestion.models import DeadLetter, LogPartition, LogPosition, LogRecord, PollRun, TokenBucket, TokenUse
from ingestion.simulator.catalogue import demo_asins
from products import services
from products.marketplaces import CODES
from products.models import Product, RollUp, RollUpShare, Watch

PRODUCTS = 5000


def watch(count: int, now: datetime) -> int:
    """Watch the first `count` products of the catalogue on all marketplaces; returns how many are new."""
    asins = demo_asins(count)
    added = 0
    for start in range(0, count, 1000):
        part = asins[start : start + 1000]
        added += len(services.watch(part, origin=Watch.Origin.DEMO, now=now, is_demo=True, marketplaces=CODES).added)
    return added


def clear() -> int:
    """Remove every demo row; returns how many products went.

    A real key is refused while demo rows exist, so the log holds nothing but demo records: it is emptied and every
    group stands at its end.
    """
    with transaction.atomic():
        count = services.remove(list(Product.objects.filter(is_demo=True).values_list("asin", flat=True)))
        for model in (LogRecord, DeadLetter, PollRun, TokenBucket, TokenUse, RollUp, RollUpShare):
            model.objects.all().delete()
        for partition in LogPartition.objects.all():
            place = {"topic": partition.topic, "partition": partition.partition}
            LogPosition.objects.filter(**place).update(next_offset=partition.next_offset)
            LogPartition.objects.filter(**place).update(first_offset=partition.next_offset)
    return count
