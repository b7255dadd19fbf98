"""The index of products: types of its fields, its settings, its names.

The types need nothing but the core of Elasticsearch: words are folded in Python (`products.search.words`) and only
split at spaces there, money is `long`, and no script is used. `dynamic: strict` refuses a field that is not declared.
"""

from copy import deepcopy
from typing import Any

from django.conf import settings
from django_elasticsearch_dsl import Document, fields
from django_elasticsearch_dsl.registries import registry
from elasticsearch.dsl import DateNanos, MetaField

from products.marketplaces import CODES
from products.models import Product
from products.search.base import CURRENCIES


def alias() -> str:
    """The name that readers and writers use."""
    return f"{settings.ELASTICSEARCH_INDEX_PREFIX}products"


def concrete(stamp: str) -> str:
    """The name of an index behind the alias. `stamp` is lower case letters and digits, such as 20261124093000."""
    return f"{alias()}-{stamp}"


def _shown() -> fields.KeywordField:
    """Text that is only shown."""
    return fields.KeywordField(index=False, doc_values=False)


def _counted() -> fields.LongField:
    """A number that other readers may aggregate; a query on it is slow, and indexing it cheap."""
    return fields.LongField(index=False)


def _price() -> fields.ObjectField:
    counted = {name: _counted() for name in ("amazon", "buy_box", "rank", "offers", "source_minute")}
    return fields.ObjectField(
        properties={
            "currency": fields.KeywordField(index=False),
            "new": fields.LongField(),
            "in_stock": fields.BooleanField(index=False),
            **counted,
        }
    )


@registry.register_document
class ProductDocument(Document):  # type: ignore[misc] # the library is not typed
    """A product. Rows become documents in `products.search.documents`, never through this class's preparers."""

    asin = fields.KeywordField()
    title = _shown()
    brand = fields.KeywordField(eager_global_ordinals=True)
    category = fields.KeywordField(eager_global_ordinals=True)
    eans = fields.KeywordField()
    search_text = fields.TextField(
        analyzer="whitespace", norms=False, index_options="docs", index_prefixes={"min_chars": 1, "max_chars": 8}
    )
    sort_title = fields.KeywordField(index=False)
    marketplaces = fields.KeywordField(eager_global_ordinals=True)
    in_stock = fields.KeywordField(eager_global_ordinals=True)
    lowest_new = fields.ObjectField(properties={currency: fields.LongField() for currency in CURRENCIES})
    current_prices = fields.ObjectField(properties={code: _price() for code in CODES})
    price_history = fields.ObjectField(enabled=False)
    arbitrage_scores = fields.ObjectField(
        properties={
            "source": fields.KeywordField(),
            "target": fields.KeywordField(),
            "score": fields.LongField(),
            "net": fields.LongField(),
            "currency": fields.KeywordField(),
            "net_eur": fields.LongField(),
            "roi": fields.LongField(),
            "margin": fields.LongField(),
            "is_estimate": fields.BooleanField(),
        }
    )
    best_score = fields.LongField()
    best_net = fields.LongField()
    best_roi = fields.LongField()
    best_margin = fields.LongField()
    best_source = fields.KeywordField()
    best_target = fields.KeywordField()
    tags = fields.KeywordField()
    is_demo = fields.BooleanField()
    updated_at = DateNanos()
    document_version = _counted()

    class Index:
        name = "products"

    class Meta:
        dynamic = MetaField("strict")

    class Django:
        model = Product
        ignore_signals = True
        auto_refresh = False


def mappings() -> dict[str, Any]:
    """The body `mappings` of the index."""
    declared: dict[str, Any] = ProductDocument._doc_type.mapping.to_dict()  # noqa: SLF001 - the library's own way
    return deepcopy(declared)


def index_settings() -> dict[str, Any]:
    """The body `settings` of the index. One shard: its counts are exact, and millions of products fit."""
    return {"number_of_shards": 1, "auto_expand_replicas": "0-1", "refresh_interval": "1s"}
