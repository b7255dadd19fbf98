"""What the enrichment knows of products: texts and when they last moved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from products import bulk
from products.models import Product
from products.search.words import searchable
from products.services import touch

_TEXTS = ("title", "brand", "category", "eans", "search_text", "is_demo", "updated_at")


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """Texts of a product from its listings."""

    asin: str
    title: str
    brand: str
    category: str
    eans: tuple[str, ...]
    is_demo: bool


def record_facts(facts: Iterable[ProductFacts], *, now: datetime) -> None:
    """Store texts, insert products that are not there, and say that their documents changed.

    Runs in the caller's transaction; written by the enrichment alone, for products of which a listing changed.
    """
    rows = [
        (
            item.asin,
            now,
            item.title,
            item.brand,
            item.category,
            list(item.eans),
            searchable(item.title, item.brand, item.asin, more=item.eans),
            item.is_demo,
            now,
        )
        for item in facts
    ]
    columns = ("asin", "created_at", *_TEXTS, "document_version", "recompute_wanted", "best_source", "best_target")
    bulk.upsert(Product, columns, [(*row, 1, False, "", "") for row in rows], key=("asin",), update=_TEXTS)
    touch([row[0] for row in rows])
