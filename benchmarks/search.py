"""A page of search over 5,000 products: the slowest of twenty."""

import random
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from benchmarks.setting import asins, install, options, report

if TYPE_CHECKING:
    from products.facts import ProductFacts

MOST_MS = 100.0
WORDS = ("steel", "wooden", "kettle", "train", "brush", "lamp", "garden", "hose", "cable", "black", "set", "mini")
ROUNDS = 10


def stock(count: int) -> None:
    """Products with five listings each, figures for a third of them."""
    from products import bulk
    from products.facts import record_facts
    from products.marketplaces import MARKETPLACES
    from products.models import Listing, Product

    dice = random.Random(1)  # noqa: S311 - a shelf
    now = datetime.now(UTC)
    names = list(asins(count))
    record_facts([_facts(dice, asin) for asin in names], now=now)
    listed = [
        Listing(
            product_id=asin,
            marketplace=code,
            currency=entry.currency,
            new=dice.choice([None, dice.randint(500, 9000)]),
            history_base=dice.randbytes(4000),
            checked_at=now,
            changed_at=now,
            created_at=now,
        )
        for asin in names
        for code, entry in MARKETPLACES.items()
    ]
    Listing.objects.bulk_create(listed, batch_size=200)
    figures = [
        (dice.randint(-500, 3000), dice.randint(0, 4000), now - timedelta(minutes=n), asin)
        for n, asin in enumerate(names)
    ]
    bulk.update(Product, ("best_net", "best_margin", "updated_at"), figures[::3], key=("asin",))


def _facts(dice: random.Random, asin: str) -> "ProductFacts":
    from products.facts import ProductFacts

    title = " ".join(dice.sample(WORDS, 6))
    brand, category = f"Brand {dice.randint(1, 16)}", f"Category {dice.randint(1, 11)}"
    return ProductFacts(asin, title, brand, category, ("4004122159147",), is_demo=False)


def main() -> int:
    """Ask what people ask, ten times round, and take the 95th percentile."""
    arguments = options(__doc__ or "", products=5000)
    install()
    from products.search import SORTS, SearchQuery, get_search

    stock(arguments.products)
    search = get_search()
    queries = [SearchQuery(sort=sort, page=2) for sort in SORTS]
    queries += [SearchQuery(text=text) for text in ("kettle", "steel gar", "b0000012", "nothing like it")]
    queries += [SearchQuery(category="Category 3", brand="Brand 2"), SearchQuery(marketplace="UK", in_stock=True)]
    queries += [SearchQuery(min_margin=1500, sort="-margin"), SearchQuery(max_price=2000, sort="price", text="set")]
    times = []
    for _ in range(ROUNDS):
        for query in queries:
            started = time.perf_counter()
            search.find(query)
            times.append((time.perf_counter() - started) * 1000)
    times.sort()
    p95 = times[int(len(times) * 0.95)]
    measured = {"products": arguments.products, "p50_ms": round(times[len(times) // 2], 1), "p95_ms": round(p95, 1)}
    return report("search", f"p95 at most {MOST_MS:.0f} ms", measured, passed=p95 <= MOST_MS, as_json=arguments.json)


if __name__ == "__main__":
    sys.exit(main())
