"""What-if over 5,000 products and 20 pairs, ranking and fifty rows included: warm, and after prices changed.

Times are CPU milliseconds, which other load on the machine disturbs least; the mean of the warm looks is also given by
the clock. The baseline prices a sample of the same flips one by one in Decimal, the form that pages print.
"""

import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.setting import asins, install, options, report

if TYPE_CHECKING:
    from arbitrage.models import SellerProfile
    from arbitrage.whatif.asked import Asked

WARM_MS = 150.0
CHANGED_MS = 1_500.0
ROUNDS = 20
POLLED = 500
"""Products polled between two looks: more than a minute of the largest subscription brings."""
SAMPLE = 2_000
"""Flips priced by the baseline."""


def stock(count: int, now: datetime) -> None:
    """Watched products with five listings each, whose histories are as long as real ones."""
    from arbitrage_site.clock import minute_of
    from products.marketplaces import MARKETPLACES
    from products.models import Listing, Product, Watch

    dice = random.Random(1)  # noqa: S311 - a shelf
    names = list(asins(count))
    Product.objects.bulk_create([Product(asin=asin, title=asin, created_at=now, updated_at=now) for asin in names])
    Watch.objects.bulk_create([Watch(product_id=asin, added_at=now) for asin in names])
    listings = (
        Listing(
            product_id=asin,
            marketplace=code,
            currency=entry.currency,
            **dict.fromkeys(("new", "buy_box", "median_90", "p25_30"), dice.randint(500, 9000)),
            **dict.fromkeys(("buybox_minute", "base_minute", "source_minute"), minute_of(now)),
            referral_rate=150_000,
            fba_fee=dice.randint(250, 700),
            **dict.fromkeys(("package_length", "package_width", "package_height"), dice.randint(40, 400)),
            history_base=dice.randbytes(4000),
            checked_at=now,
            changed_at=now,
            created_at=now,
        )
        for asin in names
        for code, entry in MARKETPLACES.items()
    )
    Listing.objects.bulk_create(listings, batch_size=200)


def everywhere(now: datetime) -> "SellerProfile":
    """The default profile, made able to trade all 20 pairs."""
    from decimal import Decimal

    from arbitrage.models import FxRate, SellerProfile
    from products.marketplaces import CODES

    FxRate.objects.update_or_create(
        day=now.date(), currency="GBP", defaults={"rate": Decimal("0.85463"), "source": "benchmark"}
    )
    border = {"freight": 200, "brokerage": 100, "duty": 47_000}
    SellerProfile.objects.filter(is_default=True).delete()
    return SellerProfile.objects.create(name="Everywhere", is_default=True, vat_registrations=list(CODES), **border)


def poll(count: int, now: datetime) -> None:
    """What the enrichment leaves behind: changed listings, records, and a moved position."""
    from django.db import transaction

    from ingestion.eventlog.sql import Entry, append_entries
    from ingestion.models import LogPartition, LogPosition
    from ingestion.topics import ENRICHMENT, RAW
    from products.models import Listing

    names = list(asins(count))
    with transaction.atomic():
        Listing.objects.filter(product_id__in=names).update(new=random.Random(2).randint(500, 9000))  # noqa: S311 - a price
        append_entries(RAW, [Entry(asin, b"{}", {}) for asin in names], now=now)
        for row in LogPartition.objects.filter(topic=RAW.name):
            LogPosition.objects.update_or_create(
                group=ENRICHMENT, topic=RAW.name, partition=row.partition, defaults={"next_offset": row.next_offset}
            )


def asked(**given: str) -> "Asked":
    from arbitrage.whatif.asked import read_asked

    return read_asked({name: [text] for name, text in given.items()})


def milliseconds(action: Callable[[], object]) -> float:
    started = time.process_time()
    action()
    return (time.process_time() - started) * 1000


def decimal_ms(profile: "SellerProfile", now: datetime) -> float:
    """What one flip costs in Decimal."""
    from arbitrage.detection.market import load_market
    from arbitrage.economics.flip import evaluate
    from arbitrage.economics.inputs import flip_inputs
    from arbitrage.economics.loading import load_rates, profile_of
    from arbitrage.economics.missing import Incomplete
    from arbitrage.economics.termsheet import terms_table
    from products.marketplaces import PAIRS

    market = load_market(list(asins(SAMPLE // len(PAIRS))), now)
    table = terms_table(profile_of(profile), load_rates(), now.date())

    def one_by_one() -> None:
        for asin in market.asins:
            for pair in PAIRS:
                inputs = flip_inputs(market.listings[asin, pair[0]], market.listings[asin, pair[1]], table[pair])
                if not isinstance(inputs, Incomplete):
                    evaluate(inputs)

    return milliseconds(one_by_one) / SAMPLE


def main() -> int:
    """Each round changes the scenario, as a person who types does; the slowest of twenty counts."""
    arguments = options(__doc__ or "", products=5_000)
    install()
    from arbitrage.whatif.service import rank
    from arbitrage.whatif.snapshot import keeper

    now = datetime.now(UTC)
    stock(arguments.products, now)
    profile = everywhere(now)

    def look(prep: str) -> object:
        return rank(asked(prep=prep, sell_offset="-5"), now)

    first = milliseconds(lambda: rank(asked(), now))
    started = time.perf_counter()
    warm = sorted(milliseconds(partial(look, f"{number}.25")) for number in range(ROUNDS))
    wall = (time.perf_counter() - started) * 1000 / ROUNDS
    changed = []
    for _ in range(3):
        poll(min(POLLED, arguments.products), now)
        changed.append(milliseconds(lambda: rank(asked(prep="1"), now)))
    keeper.forget()
    whole = milliseconds(lambda: rank(asked(prep="1"), now))
    flips = arguments.products * 20 * 2
    measured = {
        "products": arguments.products,
        "flips_priced": flips,
        "warm_p50_ms": round(warm[len(warm) // 2], 1),
        "warm_worst_ms": round(warm[-1], 1),
        "warm_wall_mean_ms": round(wall, 1),
        "after_500_polled_ms": round(max(changed), 1),
        "read_anew_ms": round(max(first, whole), 1),
        "ratio_to_decimal": round(decimal_ms(profile, now) * flips / warm[len(warm) // 2]),
    }
    return report(
        "whatif",
        f"at most {WARM_MS:.0f} ms warm, {CHANGED_MS:.0f} ms after a change",
        measured,
        passed=warm[-1] <= WARM_MS and max(*changed, first, whole) <= CHANGED_MS,
        as_json=arguments.json,
    )


if __name__ == "__main__":
    sys.exit(main())
