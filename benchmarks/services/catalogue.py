"""What the scripts about the search index share: a database of their own, full of products with five listings each."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from benchmarks.services.database import own_database
from benchmarks.setting import END, series

POINTS = 100
_HISTORIES = 40


@contextmanager
def installation() -> Iterator[None]:
    """A database and indices of their own, both empty; gone at the end."""
    with own_database("ELASTICSEARCH_INDEX_PREFIX"):
        try:
            yield
        finally:
            _remove_indices()


def _remove_indices() -> None:
    from django.conf import settings

    from products.search.elastic.client import client

    asked = client().options(request_timeout=60)
    for index in asked.indices.get(index=f"{settings.ELASTICSEARCH_INDEX_PREFIX}*").body:
        asked.indices.delete(index=index)
    asked.options(ignore_status=404).indices.delete_index_template(name=f"{settings.ELASTICSEARCH_INDEX_PREFIX}*")


def fill(products: int) -> None:
    """Products with five listings; forty histories of 100 points in seven series serve all of them."""
    from django.db import connection

    _templates()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            "INSERT INTO products_product (asin, title, brand, category, eans, search_text, document_version,"
            " recompute_wanted, best_source, best_target, is_demo, created_at, updated_at)"
            " SELECT 'B0' || lpad(n::text, 8, '0'), 'Stainless steel kettle ' || n || ', 1.7 l, cordless', 'Brand '"
            " || n %% 3000, 'Category ' || n %% 25, '[]', ' stainless steel kettle ' || n || ' ', 1, false, '', '',"
            " false, now(), now() FROM generate_series(1, %s) n",
            [products],
        )
        cursor.execute(f"INSERT INTO products_listing ({_names()}) {_copies()}", [products])
        cursor.execute("DELETE FROM products_listing WHERE asin = 'TEMPLATE'")
        cursor.execute("DELETE FROM products_product WHERE asin = 'TEMPLATE'")
        cursor.execute("ANALYZE")


def _names() -> str:
    return ", ".join(["asin", "marketplace", "currency", *_others()])


def _copies() -> str:
    return (
        f"SELECT p.asin, m.code, m.currency, {', '.join(f't.{name}' for name in _others())}"  # noqa: S608 - our columns
        " FROM generate_series(1, %s) n JOIN products_product p ON p.asin = 'B0' || lpad(n::text, 8, '0')"
        " CROSS JOIN (VALUES ('DE', 'EUR', 0), ('IT', 'EUR', 1), ('ES', 'EUR', 2), ('UK', 'GBP', 3), ('FR', 'EUR', 4))"
        " m (code, currency, number)"
        " JOIN products_listing t ON t.asin = 'TEMPLATE'"
        f" AND t.marketplace = lpad(((5 * n + m.number) %% {_HISTORIES})::text, 2, '0')"
    )


def _others() -> list[str]:
    from products.models import Listing

    kept = {"id", "asin", "marketplace", "currency"}
    return [str(field.column) for field in Listing._meta.concrete_fields if field.column not in kept]


def _templates() -> None:
    from products.models import Listing, Product

    now = datetime.now(UTC)
    template = Product.objects.create(asin="TEMPLATE", created_at=now, updated_at=now)
    dice = random.Random(1)  # noqa: S311 - prices
    Listing.objects.bulk_create(
        Listing(
            product=template,
            marketplace=f"{number:02}",
            currency="EUR",
            new=dice.randint(500, 9000),
            buy_box=dice.randint(500, 9000),
            rank=dice.randint(1, 200_000),
            offers=dice.randint(0, 20),
            buybox_minute=END,
            source_minute=END,
            history_base=_history(dice),
            checked_at=now,
            changed_at=now,
            created_at=now,
        )
        for number in range(_HISTORIES)
    )


def _history(dice: random.Random) -> bytes:
    import numpy as np

    from products.series import (
        AMAZON,
        BUY_BOX,
        COUNT_NEW,
        COUNT_REVIEWS,
        NEW,
        RATING,
        SALES,
        pack,
        series_of,
    )

    kinds = (AMAZON, NEW, SALES, BUY_BOX, COUNT_NEW, RATING, COUNT_REVIEWS)
    flat = {kind: np.array(series(dice, POINTS)) for kind in kinds}
    return pack({kind: series_of(numbers[0::2], numbers[1::2]) for kind, numbers in flat.items()})
