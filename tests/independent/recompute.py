"""Profit recomputed from Keepa's integers by other arithmetic: no import of the product, rates written down below.

    python tests/independent/recompute.py var/arbitrage.sqlite3 [how many products] [seed]

Reads the raw records that are still in the event log of a demo database, draws products at random, prices the twelve
pairs of the demo's seller profile and compares with every open opportunity of those products, to the cent. Ends with 1
when one differs. Where that profile names no amount for storage it is volume by the price of the month. Decimal
fractions of euros instead of integer cents, ROUND_HALF_UP at every line. Opportunities for which Keepa names no fee
rest on Amazon's tables; they are counted and must be marked as estimates.
"""

import json
import random
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import zstandard

PROFILE = "Demo, four registrations"
COUNTRIES = ("DE", "IT", "ES", "FR")
VAT = {"DE": Decimal("1.19"), "IT": Decimal("1.22"), "ES": Decimal("1.21"), "FR": Decimal("1.20")}
INBOUND, PREP, STORAGE = Decimal("0.90"), Decimal("0.60"), Decimal("0.20")
FUEL = Decimal("0.015")
DIGITAL_FEE = {"DE": Decimal(0), "IT": Decimal("0.03"), "ES": Decimal("0.03"), "FR": Decimal("0.03")}
"""Of a German seller, since 20 March 2026, on referral and closing fee; in FR on fulfilment and fuel as well."""
PER_M3 = {
    "standard": (Decimal("27.54"), Decimal("52.20")),
    "clothing": (Decimal("19.99"), Decimal("29.23")),
    "oversize": (Decimal("21.78"), Decimal("34.49")),
    "hazmat": (Decimal("30.00"), Decimal("50.51")),
    "hazmat oversize": (Decimal("27.50"), Decimal("43.89")),
}
"""Storage in the four stores, a month: from January to September, and from October on. One transcription has it so."""
CLOTHES = {"Bekleidung", "Abbigliamento", "Ropa", "Vêtements", "Fashion", "Moda", "Mode"}
LEAST_REFERRAL = Decimal("0.30")
NEW_MEANS_LANDED_SINCE = 7_966_080
"""Keepa's minute of 23 February 2026: before it the series NEW had no shipping in it."""
DAY = 1_440
AMAZON, NEW, BUY_BOX = 0, 1, 18
CENT = Decimal("0.01")


@dataclass
class Seen:
    """What the raw records of one product on one marketplace say together."""

    points: dict[int, dict[int, int]] = field(default_factory=dict)
    asked_buy_box: bool = False
    until: int = 0
    product: dict[str, Any] = field(default_factory=dict)

    def learn(self, record: dict[str, Any]) -> None:
        """Add one record, in whatever order they come."""
        product = record["product"]
        self.asked_buy_box |= "buybox" in record["asked"]
        for kind, width in ((AMAZON, 2), (NEW, 2), (BUY_BOX, 3)):
            numbers = (product.get("csv") or [None] * 19)[kind] or []
            for at in range(0, len(numbers), width):
                price = numbers[at + 1]
                shipping = max(numbers[at + 2], 0) if width == 3 and price >= 0 else 0
                self.points.setdefault(kind, {})[numbers[at]] = price + shipping
        if record["source_minute"] >= self.until:
            self.until, self.product = record["source_minute"], product

    def last(self, kind: int) -> int | None:
        """The newest price on offer."""
        found = self.points.get(kind)
        price = found[max(found)] if found else -1
        return price if price > 0 else None

    def buy(self) -> Decimal | None:
        """What one pays: the cheaper of Amazon and the lowest new offer."""
        prices = [price for price in (self.last(AMAZON), self.last(NEW)) if price]
        return Decimal(min(prices)) / 100 if prices else None

    def sell(self) -> Decimal | None:
        """What one may count on: the least of today's price, its median of 90 days and its quartile of 30."""
        kind = BUY_BOX if self.asked_buy_box else NEW
        today = self.last(kind)
        if today is None:
            return None
        held = (self._quantile(kind, 90, Decimal("0.5")), self._quantile(kind, 30, Decimal("0.25")))
        return Decimal(min(today, *(price for price in held if price))) / 100

    def _quantile(self, kind: int, days: int, share: Decimal) -> int | None:
        """The smallest price that, with all cheaper ones, was in force for this share of the time on offer."""
        start = self.until - days * DAY
        time: dict[int, int] = {}
        series = sorted((minute, price) for minute, price in self.points[kind].items() if minute <= self.until)
        for (minute, price), following in zip(series, [m for m, _ in series[1:]] + [self.until], strict=True):
            before_break = kind == NEW and minute < NEW_MEANS_LANDED_SINCE and start < NEW_MEANS_LANDED_SINCE
            if price >= 0 and following > max(minute, start) and not before_break:
                time[price] = time.get(price, 0) + following - max(minute, start)
        reached = 0
        for price in sorted(time):
            reached += time[price]
            if reached >= share * sum(time.values()):
                return price
        return None


@dataclass(frozen=True)
class Storage:
    """What the seller says of storage: an amount, or None and the days a unit lies there before a sale in `month`."""

    amount: Decimal | None = STORAGE
    days: int = 30
    month: int = 9

    def of(self, product: dict[str, Any]) -> Decimal | None:
        """Storage of a unit; None where a side of its package is not known."""
        if self.amount is not None:
            return self.amount
        sides = sorted(product.get(f"package{name}") or 0 for name in ("Length", "Width", "Height"))
        if sides[0] <= 0:
            return None
        a_month = PER_M3[_group(product, sides)][self.month >= 10]
        return cents(Decimal(sides[0] * sides[1] * sides[2]) / 10**9 * a_month * self.days / 30)


def _group(product: dict[str, Any], sides: list[int]) -> str:
    """Large: over 45 x 34 x 26 cm, 11.9 kg or 7.96 kg of volume weight at 5 litres a kg."""
    litres, weight = Decimal(sides[0] * sides[1] * sides[2]) / 10**6, product.get("packageWeight") or 0
    fits = sides[2] <= 450 and sides[1] <= 340 and sides[0] <= 260
    large = weight > 0 and not (fits and weight <= 11_900 and litres / 5 <= Decimal("7.96"))
    if product.get("hazardousMaterials"):
        return "hazmat oversize" if large else "hazmat"
    names = {entry["name"] for entry in (product.get("categoryTree") or [])[:1]}
    return "oversize" if large else "clothing" if names & CLOTHES else "standard"


def cents(amount: Decimal) -> Decimal:
    """To the cent, half up."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def profit(
    source: Seen,
    target: Seen,
    origin: str,
    store: str,
    storage: Storage = Storage(),
) -> Decimal | None:
    """Net profit of buying in `origin` and selling in `store`, EUR; None where it cannot be priced."""
    kept = storage.of(target.product)
    paid, price = source.buy(), target.sell()
    referral_percent = target.product.get("referralFeePercentage")
    fulfilment = Decimal((target.product.get("fbaFees") or {}).get("pickAndPackFee") or 0) / 100
    if paid is None or price is None or referral_percent is None or fulfilment <= 0 or kept is None:
        return None
    referral = max(cents(price * Decimal(str(referral_percent)) / 100), LEAST_REFERRAL)
    closing = Decimal(max(target.product.get("variableClosingFee") or 0, 0)) / 100
    fuel = cents(fulfilment * FUEL)
    taxed = referral + closing + (fulfilment + fuel if store == "FR" else 0)
    fees = referral + closing + fulfilment + fuel + cents(taxed * DIGITAL_FEE[store]) + kept
    landed = cents(paid / VAT[origin]) + INBOUND + PREP
    return cents(price / VAT[store]) - fees - landed


def seen(rows: Iterable[tuple[str, bytes]]) -> dict[str, dict[str, Seen]]:
    """(ASIN, stored value) of raw records, put together by product and marketplace."""
    found: dict[str, dict[str, Seen]] = {}
    for asin, stored in rows:
        record = json.loads(zstandard.ZstdDecompressor().decompress(bytes(stored)[1:]))
        found.setdefault(asin, {}).setdefault(record["marketplace"], Seen()).learn(record)
    return found


def drawn(database: sqlite3.Connection, count: int, seed: int) -> dict[str, dict[str, Seen]]:
    """Some products at random, with everything that the log still has of them."""
    known = [row[0] for row in database.execute("SELECT asin FROM products_product ORDER BY asin")]
    chosen = sorted(random.Random(seed).sample(known, min(count, len(known))))  # noqa: S311 - a sample, not a secret
    marks = ",".join("?" * len(chosen))
    query = f"SELECT key, value FROM ingestion_logrecord WHERE topic = 'raw.keepa_updates' AND key IN ({marks})"  # noqa: S608 - question marks alone
    return seen(database.execute(query, chosen))


def profits(
    products: dict[str, dict[str, Seen]],
    storage: Storage = Storage(),
) -> Iterator[tuple[str, str, str, Decimal]]:
    """(asin, source, target, EUR) of every pair that has a price."""
    for asin, listings in products.items():
        for origin in COUNTRIES:
            for store in COUNTRIES:
                if origin != store and origin in listings and store in listings:
                    net = profit(listings[origin], listings[store], origin, store, storage)
                    if net is not None:
                        yield asin, origin, store, net


Flip = tuple[str, str, str]
"""(asin, source, target)."""


def stored(database: sqlite3.Connection) -> dict[Flip, tuple[Decimal, bool]]:
    """What the product says of its open opportunities: EUR, and whether it calls them estimates."""
    query = """
        SELECT o.asin, o.source, o.target, o.net, o.is_estimate FROM arbitrage_opportunity o
        JOIN arbitrage_sellerprofile p ON p.id = o.profile_id WHERE o.state = 'open' AND p.name = ?
    """
    rows = database.execute(query, [PROFILE])
    return {(asin, a, b): (Decimal(net) / 100, bool(estimate)) for asin, a, b, net, estimate in rows}


def storage_of(database: sqlite3.Connection) -> Storage:
    """What the profile says of storage; the month is the one of the last judgement."""
    amount, days = database.execute(
        "SELECT storage, storage_days FROM arbitrage_sellerprofile WHERE name = ?", [PROFILE]
    ).fetchone()
    last = database.execute("SELECT max(evaluated_at) FROM arbitrage_opportunity").fetchone()[0]
    return Storage(None if amount is None else Decimal(amount) / 100, days, int(last[5:7]) if last else 9)


def wrong(own: dict[Flip, Decimal], kept: dict[Flip, tuple[Decimal, bool]]) -> list[Flip]:
    """The opportunities whose profit differs, and those without a fee of Keepa's that are no estimates."""
    return [flip for flip, (net, estimate) in kept.items() if not (own[flip] == net if flip in own else estimate)]


def main(path: str, count: int = 50, seed: int = 1) -> int:
    """Compare and print; 1 when something differs or nothing could be compared."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    products = drawn(database, count, seed)
    own = {(asin, a, b): net for asin, a, b, net in profits(products, storage_of(database))}
    kept = {flip: said for flip, said in stored(database).items() if flip[0] in products}
    compared = sum(flip in own for flip in kept)
    print(f"{len(products)} products, {len(own)} pairs priced, {compared} open opportunities compared,")  # noqa: T201 - a script speaks
    print(f"{len(kept) - compared} more rest on Amazon's tables.")  # noqa: T201 - a script speaks
    differing = wrong(own, kept)
    for flip in differing:
        print(*flip, "stored", *kept[flip], "recomputed", own.get(flip))  # noqa: T201 - a script speaks
    return 1 if differing or not compared else 0


if __name__ == "__main__":
    path, *numbers = sys.argv[1:]
    sys.exit(main(path, *map(int, numbers)))
