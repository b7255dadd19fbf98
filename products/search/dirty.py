"""The work list of the search index: which products' documents are old, and which have to go.

Written in the transaction of the change itself, so a change and the wish to show it commit together or not at all.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from arbitrage_site import clock
from products import bulk
from products.models import Product, SearchDirty, SearchTombstone

LEASE = timedelta(seconds=20)
"""How long a claim holds. Whoever died with it is followed after that; two who hold it at a time do no harm."""

AHEAD = timedelta(minutes=10)
"""A mark is due since so long ago: the clock of who drains may be behind that of who marks."""

_PARAMETERS = 5000
"""Values in one statement; SQLite takes 32,766 and PostgreSQL 65,535."""
_REASON = 500
_STONE = ("version", "deleted_at")
_MARK = ("document_version", "attempts", "retry_at", "is_parked", "reason")


def is_on() -> bool:
    """Whether there is an index to keep."""
    return bool(settings.ELASTICSEARCH_URL)


def touch(asins: Collection[str]) -> None:
    """Raise the version of these products, and mark their documents as old where there is an index.

    Runs in the caller's transaction or in one of its own. A product that was deleted and is back gets a version above
    that of its tombstone.
    """
    with transaction.atomic():
        for part in parts(asins):
            hold(part)
            Product.objects.filter(asin__in=part).update(document_version=F("document_version") + 1)
            if is_on():
                _lift(part)
                _mark(part)


def lift(versions: Mapping[str, int]) -> None:
    """Raise these products above the versions that the index has, where they are not, and mark them.

    The index can only be ahead when the tables went back: an older database was restored.
    """
    with transaction.atomic():
        hold(sorted(versions))
        rows = Product.objects.filter(asin__in=versions).order_by("asin").values_list("asin", "document_version")
        raised = [(versions[asin] + 1, asin) for asin, version in rows if version < versions[asin]]
        if raised:
            bulk.update(Product, ("document_version",), raised, key=("asin",))
            _mark([asin for _, asin in raised])


def bury(asins: Collection[str]) -> None:
    """Leave a tombstone for products that are about to be deleted. Runs in the transaction that deletes them."""
    if not is_on():
        return
    moment = clock.now()
    for part in parts(asins):
        hold(part)
        rows = Product.objects.filter(asin__in=part).order_by("asin").values_list("asin", "document_version")
        bury_as({asin: version + 1 for asin, version in rows}, moment)


def bury_as(versions: Mapping[str, int], moment: datetime) -> None:
    """Have these documents removed from the index with these versions."""
    with transaction.atomic():
        stones = [(asin, version, moment) for asin, version in sorted(versions.items())]
        bulk.upsert(SearchTombstone, ("asin", *_STONE), stones, key=("asin",), update=_STONE)
        marks = [(asin, moment, version, 0, moment - AHEAD, False, "") for asin, version in sorted(versions.items())]
        bulk.upsert(SearchDirty, ("asin", "since", *_MARK), marks, key=("asin",), update=_MARK)


def hold(asins: Sequence[str]) -> None:
    """Lock these products to the end of the transaction, given in order, so that two who do wait in one order."""
    if connection.features.has_select_for_update:
        list(Product.objects.select_for_update().filter(asin__in=asins).order_by("asin").values_list("asin"))


def _lift(asins: Sequence[str]) -> None:
    """Above the tombstones of products that are back: else the index would refuse their documents as old."""
    buried = dict(SearchTombstone.objects.filter(asin__in=asins).values_list("asin", "version"))
    back = Product.objects.filter(asin__in=buried).values_list("asin", "document_version")
    raised = [(max(version, buried[asin] + 1), asin) for asin, version in back]
    bulk.update(Product, ("document_version",), raised, key=("asin",))
    SearchTombstone.objects.filter(asin__in=[asin for _, asin in raised]).delete()


def _mark(asins: Sequence[str]) -> None:
    """One statement, and no way through Python: the enrichment marks five hundred products at a time."""
    dirty, product = (connection.ops.quote_name(model._meta.db_table) for model in (SearchDirty, Product))
    places = ", ".join(["%s"] * len(asins))
    moment = clock.now()
    since, due = (connection.ops.adapt_datetimefield_value(at) for at in (moment, moment - AHEAD))
    statement = (
        f"INSERT INTO {dirty} (asin, document_version, since, attempts, retry_at, is_parked, reason)"  # noqa: S608
        f" SELECT asin, document_version, %s, 0, %s, %s, '' FROM {product} WHERE asin IN ({places}) ORDER BY asin"
        " ON CONFLICT (asin) DO UPDATE SET document_version = EXCLUDED.document_version, attempts = 0,"
        " retry_at = EXCLUDED.retry_at, is_parked = EXCLUDED.is_parked, reason = ''"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [since, due, False, *asins])


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a document could not be written. Parked ones wait for a change; `retry_at` says when others are due."""

    reason: str
    retry_at: datetime
    is_parked: bool = False


def claim(limit: int, now: datetime, *, asins: Collection[str] | None = None) -> dict[str, int]:
    """Take up to `limit` rows that are due in hand, the oldest first: versions by ASIN.

    With `asins` only those, whether they are due or not. The lease is short instead of a lock that is held while
    Elasticsearch answers: a lock would keep the writers of these products waiting for the index.
    """
    due = SearchDirty.objects.filter(is_parked=False, retry_at__lte=now).order_by("retry_at")
    if asins is not None:
        due = SearchDirty.objects.filter(asin__in=asins)
    if not due.exists():
        return {}
    with transaction.atomic():
        free = due.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        claimed = dict(free.values_list("asin", "document_version")[:limit])
        SearchDirty.objects.filter(asin__in=claimed).update(retry_at=now + LEASE, attempts=F("attempts") + 1)
    return claimed


def retry(now: datetime, asins: Collection[str] | None = None) -> None:
    """Have what was refused tried again: that of these products, or all of it."""
    parked = SearchDirty.objects.filter(is_parked=True)
    if asins is not None:
        parked = parked.filter(asin__in=asins)
    parked.update(is_parked=False, retry_at=now)


def park(asin: str, reason: str, now: datetime) -> None:
    """Say that a new index cannot have this document; what is marked already is left to the drain."""
    columns = ("asin", "document_version", "since", "retry_at", "is_parked", "reason")
    versions = Product.objects.filter(asin=asin).values_list("document_version", flat=True)
    bulk.insert_new(SearchDirty, columns, [(asin, version, now, now, True, reason[:_REASON]) for version in versions])


def done(versions: Mapping[str, int]) -> None:
    """These documents are in the index; what was changed meanwhile has a higher version and stays marked."""
    with transaction.atomic():
        bulk.delete(SearchDirty, sorted(versions.items()), key=("asin", "document_version"))


def release(versions: Mapping[str, int], now: datetime) -> None:
    """Give back what was claimed and could not be tried; that was no attempt."""
    with transaction.atomic():
        rows = [(now, -1, asin, version) for asin, version in sorted(versions.items())]
        bulk.update(SearchDirty, ("retry_at",), rows, key=("asin", "document_version"), add=("attempts",))


def failed(versions: Mapping[str, int], failures: Mapping[str, Failure]) -> None:
    """Keep why these could not be written, unless they were changed meanwhile."""
    rows = [
        (failure.retry_at, failure.is_parked, failure.reason[:_REASON], asin, versions[asin])
        for asin, failure in sorted(failures.items())
    ]
    with transaction.atomic():
        bulk.update(SearchDirty, ("retry_at", "is_parked", "reason"), rows, key=("asin", "document_version"))


def parts(asins: Collection[str], size: int = _PARAMETERS) -> Iterator[list[str]]:
    """These products in order, each once, so many at a time."""
    ordered = sorted(set(asins))
    return (ordered[start : start + size] for start in range(0, len(ordered), size))
