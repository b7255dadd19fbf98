"""How PostgreSQL answers what is asked most often, on 100,000 listings: EXPLAIN (ANALYZE, BUFFERS) of each query.

Without a promise in seconds: `python -m benchmarks.services.plans` prints what docs/postgres.md shows, and a test
holds that none of these queries reads one of the LARGE tables from end to end.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from benchmarks.services.database import own_database
from benchmarks.setting import END, asins

PRODUCTS = 20_000
LARGE = ("product", "listing", "watch", "polltarget", "searchdirty", "logrecord", "deadletter", "opportunity")

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

FILL = (
    # Every listing is polled; one in fifty is due, one in a hundred is new.
    """INSERT INTO products_polltarget (asin, marketplace, heat, due_at, lease, source_minute, pace,
         full_history_wanted, failures)
       SELECT asin, marketplace, 0, %(now)s + (CASE WHEN id %% 50 = 0 THEN -1 ELSE 1 + id %% 50 END) * interval '1 min',
         '', CASE WHEN id %% 100 = 0 THEN NULL ELSE %(minute)s END, 1, false, 0
       FROM products_listing""",
    """INSERT INTO products_watch (asin, marketplaces, paused, origin, note, added_at)
       SELECT asin, '["DE"]', right(asin, 2) = '00', 'page', '', %(now)s FROM products_product""",
    """UPDATE products_product SET best_net = CASE WHEN right(asin, 1) < '4' THEN substr(asin, 5)::int END,
         best_margin = CASE WHEN right(asin, 1) < '4' THEN substr(asin, 6)::int END,
         updated_at = %(now)s - substr(asin, 3)::int * interval '1 s'""",
    # Of the marks most wait after a failed try.
    """INSERT INTO products_searchdirty (asin, document_version, since, attempts, retry_at, is_parked, reason)
       SELECT asin, 1, %(now)s, 1, %(now)s + (CASE WHEN right(asin, 2) = '07' THEN -1 ELSE 9 END) * interval '1 min',
         right(asin, 1) = '3', '' FROM products_product""",
    """INSERT INTO ingestion_logrecord (topic, partition, "offset", key, value, headers, timestamp, epoch)
       SELECT 'raw.keepa_updates', n %% 12, n / 12, 'B0', %(value)s, '{}', %(now)s, 1
       FROM generate_series(0, 119999) n""",
    """INSERT INTO ingestion_deadletter ("group", topic, partition, "offset", epoch, key, value, headers, timestamp,
         kind, reason, error_class, attempts, failed_at, state, closed_because, mirrored)
       SELECT 'enrichment-consumer', 'raw.keepa_updates', 0, n, 1, 'B0', '', '{}', %(now)s, 'schema', 'reason', '', 1,
         %(now)s - n * interval '1 s', CASE WHEN n %% 1000 = 0 THEN 'open' ELSE 'dropped' END, '', ''
       FROM generate_series(1, 50000) n""",
)


def fill(products: int) -> None:
    """Rows of every large table, five listings a product; a third of the products has open flips, most are closed."""
    from django.db import connection

    from benchmarks.services import catalogue
    from ingestion.eventlog import values

    catalogue.fill(products)
    given: dict[str, Any] = {"now": NOW, "minute": END, "value": values.pack(b'{"asin": "B000000001"}' * 20)}
    with connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, given)
    _opportunities(products)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _opportunities(products: int) -> None:
    from arbitrage.models import Opportunity, SellerProfile
    from products import bulk

    profile = SellerProfile.objects.get(is_default=True)
    given: dict[str, Any] = {
        "profile_id": profile.pk, "opened_at": NOW, "evaluated_at": NOW, "peak_at": NOW, "source": "IT",
        "target": "DE", "buy_currency": "EUR", "currency": "EUR", "score_parts": [], "reasons": [], "risk": {},
        "close_reason": "", "closed_at": None, "simple_confidence": "", "is_estimate": False, "is_demo": False,
        "chance": None, "profit_per_day": None, "max_buy": None, "break_even": None, "net_without_refund": None,
    }  # fmt: skip
    columns = [field.attname for field in Opportunity._meta.concrete_fields]
    fields = {field.attname: field for field in Opportunity._meta.concrete_fields}

    def row(asin: str, number: int) -> list[Any]:
        own = {
            "product_id": asin,
            "state": "closed" if number % 4 or number >= products else "open",
            "score": number % 100,
        }
        values = {"id": fields["id"].get_default(), **given, **own}
        return [values.get(name, number % 30_000) for name in columns]

    known = [asin for asin in asins(products + 1) if asin != "B000000000"]
    rows = [row(asin, number) for number, asin in enumerate(known * 2)]
    bulk.upsert(Opportunity, columns, rows, key=("id",), update=("state",))


def questions() -> Mapping[str, Callable[[], object]]:
    """What is asked most often, by the code that asks it."""
    from arbitrage.models import Opportunity
    from arbitrage.querysets import OpportunityQuery, opportunities
    from ingestion.enrichment import rows
    from ingestion.eventlog.reading import records_from
    from ingestion.pipeline_page import open_dead_letters
    from ingestion.planner import OLDEST
    from ingestion.topics import RAW
    from products import poll_targets
    from products.models import Product, SearchDirty
    from products.search.base import SearchQuery
    from products.search.sql import _sorted  # the list's order alone: its filters and facets are the index's task

    batch = {(asin, "DE") for asin in list(asins(600))[100:]}
    due_marks = SearchDirty.objects.filter(is_parked=False, retry_at__lte=NOW).order_by("retry_at")

    def page(sort: str) -> list[object]:
        return list(_sorted(Product.objects.all(), SearchQuery(sort=sort))[:50])

    return {
        "targets that are due": lambda: list(poll_targets.due(NOW, oldest=OLDEST)[:1000]),
        "targets never asked": poll_targets.unasked,
        "listings of a batch": lambda: rows.load(batch),
        "listings of products": lambda: rows.load_without_histories({asin for asin, _ in batch}),
        "records from a position on": lambda: records_from((RAW.name, 3), 5000, 500),
        "marks that are due": lambda: list(due_marks.values_list("asin", "document_version")[:1000]),
        "open opportunities, best first": lambda: list(opportunities(OpportunityQuery())[:50]),
        "products of open opportunities": lambda: list(
            Opportunity.objects.filter(state="open").order_by().values_list("product_id", flat=True).distinct()
        ),
        "open dead letters": lambda: list(open_dead_letters()),
        "products, newest first": lambda: page("-updated"),
        "products by net profit": lambda: page("-net"),
        "products by margin": lambda: page("-margin"),
    }


def plans() -> Iterator[tuple[str, str]]:
    """Each question with its plan. What is explained is the statement that the code really sent."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for name, ask in questions().items():
        with CaptureQueriesContext(connection) as asked:
            ask()
        statement = next(query["sql"] for query in asked if any(f"_{table}" in query["sql"] for table in LARGE))
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {statement}")
            yield name, "\n".join(line for (line,) in cursor.fetchall())


def read_whole(plan: str) -> list[str]:
    """The large tables that a plan reads from end to end."""
    return [table for table in LARGE if f"Seq Scan on {table}" in plan.replace("products_", "").replace(
        "ingestion_", "").replace("arbitrage_", "")]  # fmt: skip


def show() -> None:
    """Print them all."""
    with own_database():
        fill(PRODUCTS)
        for name, plan in plans():
            print(f"### {name}\n```\n{plan}\n```\n")


if __name__ == "__main__":
    show()
