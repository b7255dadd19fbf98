"""What a replay begins with: rates and profiles as they are now, and the records themselves under their own numbers.

Same topic, partition, offset and generation: guards and the ids of events come out as they did the first time.
"""

from collections.abc import Collection, Sequence

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Model, Q

from ingestion.copying.guards import CopyRefused
from ingestion.copying.rows import insert, pages, reset_sequences
from ingestion.copying.tables import Table, tables
from ingestion.eventlog.reading import current_epoch
from ingestion.models import LogEpoch, LogPartition, LogRecord
from ingestion.replay.places import ALIAS, LIVE, ReplayRefused
from ingestion.replay.spans import Stretch
from ingestion.topics import RAW
from products.models import Listing, Product


def fill(stretches: Sequence[Stretch]) -> int:
    """Put everything into an empty replay, in one transaction; returns how many records."""
    with transaction.atomic(using=ALIAS):
        fill_given()
        for stretch in stretches:
            _fill(stretch)
        reset_sequences([LogPartition, LogRecord], ALIAS)
    return sum(stretch.end - stretch.start for stretch in stretches)


def fill_given() -> None:
    """The tables that decide what a record comes to, and which generation its number is of."""
    given = [apps.get_model(label) for label in settings.REPLAY_GIVEN]
    for table in reversed(tables()):
        if table in given:
            table._base_manager.using(ALIAS).all().delete()
    fill_products(_products_of(given))
    for table in tables():
        if table in given:
            _copy(table, Q())
    reset_sequences(given, ALIAS)
    LogEpoch.objects.using(ALIAS).create(pk=1, epoch=current_epoch())


def fill_products(asins: Collection[str]) -> list[str]:
    """These products as they are, if the replay does not know them; returns those that it did not know."""
    known = set(Product.objects.using(ALIAS).filter(asin__in=asins).values_list("asin", flat=True))
    wanted = sorted(set(asins) - known)
    _copy(Product, Q(asin__in=wanted))
    return wanted


def fill_listings(asins: Collection[str]) -> None:
    """These products with their listings as they are, those alone that the replay does not know."""
    _copy(Listing, Q(product_id__in=fill_products(asins)))
    reset_sequences([Listing], ALIAS)


def _products_of(given: Sequence[Table]) -> set[str]:
    """Products that rows of the given tables point to."""
    found: set[str] = set()
    for table in given:
        for field in table._meta.concrete_fields:
            if field.is_relation and field.related_model is Product:
                found |= set(table._base_manager.values_list(field.attname, flat=True))
    return found


def _copy(table: type[Model], where: Q) -> int:
    copied = 0
    for page in pages(table, LIVE, where):
        try:
            insert(table, page, ALIAS)
        except CopyRefused as error:
            raise ReplayRefused(str(error)) from error
        copied += len(page)
    return copied


def _fill(stretch: Stretch) -> None:
    """A partition that begins and ends with the stretch."""
    bounds = {"first_offset": stretch.start, "next_offset": stretch.end}
    LogPartition.objects.using(ALIAS).create(topic=RAW.name, partition=stretch.partition, **bounds)
    if _copy(LogRecord, stretch.where) != stretch.end - stretch.start:
        raise ReplayRefused(
            f"Records of {RAW.name}[{stretch.partition}] from {stretch.start} on are not kept any more."
            " Begin with a later one."
        )
