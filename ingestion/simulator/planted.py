"""The flips that are really there, by the simulator's own arithmetic: the answer key of the demo.

It shares nothing with the pipeline but the table of marketplaces. The profile is the demo's: a German company
registered for VAT in DE, FR, IT and ES, buying net (or with deductible German VAT, which costs the same), fulfilment
by Amazon in the target country, so the twelve pairs within the EU are complete and the eight UK pairs are not.

For one product, prices as Keepa last saw them, in cents, every line rounded half up (economics.md 1.3 to 1.5):

- buy       = the lower of NEW and AMAZON that is in stock at the source
- reference = the target's buy box with shipping; none when nobody has it
- sell      = min(reference now, its median of 90 days, its lower quartile of 30 days), where the quantile of a share is
  the smallest price whose time in stock, added up from the cheapest, reaches that share of all time in stock; windows
  end when Keepa last looked
- N = buy / (1 + VAT of the source); C = N + inbound + prep
- R = sell / (1 + VAT of the target)
- F = referral (percentage of sell) + closing + FBA + fuel (1.5 % of FBA) + digital services fee + storage, where the
  digital services fee is 0 in DE and elsewhere 3 % of referral and closing, in FR of FBA and fuel as well
- net = R - F - C. It opens at net >= 3.00 and net / C >= 15 %.

The rates are those in force since 17 April 2026. A pair whose target has no referral or FBA fee is
incomplete: its package is unknown too, so that no table can stand in.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import permutations
from typing import Any

from ingestion.simulator.catalogue import Fees, absent_from, exists, fees
from ingestion.simulator.csv_types import AMAZON, BUY_BOX, NEW
from ingestion.simulator.market import Market
from ingestion.simulator.prices import Points
from ingestion.simulator.traits import MINUTES_PER_DAY
from products.marketplaces import MARKETPLACES

INBOUND, PREP, STORAGE = Decimal(90), Decimal(60), Decimal(20)
FUEL = Decimal("0.015")
DIGITAL_SERVICES = {"DE": Decimal(0), "FR": Decimal("0.03"), "IT": Decimal("0.03"), "ES": Decimal("0.03")}
DIGITAL_SERVICES_ON_FBA = frozenset({"FR"})
VAT = {"DE": Decimal("0.19"), "IT": Decimal("0.22"), "ES": Decimal("0.21"), "FR": Decimal("0.20")}
MIN_ROI, MIN_PROFIT = Decimal("0.15"), Decimal(300)

HUNDREDTHS_OF_PERCENT = 10_000
MEDIAN, LOWER_QUARTILE = (1, 2), (1, 4)


@dataclass(frozen=True, slots=True)
class PlantedFlip:
    """A flip above the thresholds. `net` is cents of `currency`, which is EUR on every pair that is priced."""

    asin: str
    source: str
    target: str
    net: int
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class Side:
    """What one marketplace says of a product: what one pays there, what one may count on, its fees. Cents or None."""

    buy: int | None
    sell: int | None
    fees: Fees


@dataclass(frozen=True, slots=True)
class Outcome:
    """A priced pair, in cents."""

    net: Decimal
    cost: Decimal

    @property
    def opens(self) -> bool:
        """Whether it reaches both thresholds."""
        return self.net >= MIN_PROFIT and self.net >= MIN_ROI * self.cost


def planted(market: Market, asins: Sequence[str], now: int) -> list[PlantedFlip]:
    """Every flip of these products that passes the thresholds at `now` (a Keepa minute), and no other."""
    asins = list(dict.fromkeys(asins))
    sides = {code: _sides(market, asins, MARKETPLACES[code].domain_id, now) for code in VAT}
    found = []
    for asin in asins:
        for source, target in permutations(VAT, 2):
            outcome = _price(sides[source].get(asin), sides[target].get(asin), source, target)
            if outcome is not None and outcome.opens:
                found.append(PlantedFlip(asin, source, target, int(outcome.net)))
    return found


def as_rows(flips: Sequence[PlantedFlip]) -> list[dict[str, Any]]:
    """The flips as plain dictionaries, as they are written to a file."""
    return [asdict(flip) for flip in flips]


def _price(source: Side | None, target: Side | None, source_code: str, target_code: str) -> Outcome | None:
    if source is None or target is None or source.buy is None or target.sell is None:
        return None
    known = target.fees
    if known.referral is None or known.pick_and_pack is None:
        return None
    cost = _cents(source.buy / (1 + VAT[source_code])) + INBOUND + PREP
    revenue = _cents(target.sell / (1 + VAT[target_code]))
    return Outcome(net=revenue - _charges(target.sell, known, target_code) - cost, cost=cost)


def _charges(sell: int, known: Fees, target: str) -> Decimal:
    """F of the module's docstring. Referral and FBA fee must be known; no closing fee means not media."""
    referral = _cents(Decimal(sell) * Decimal(known.referral or 0) / HUNDREDTHS_OF_PERCENT)
    closing = Decimal(known.closing or 0)
    fba = Decimal(known.pick_and_pack or 0)
    fuel = _cents(fba * FUEL)
    base = referral + closing + (fba + fuel if target in DIGITAL_SERVICES_ON_FBA else 0)
    return referral + closing + fba + fuel + _cents(base * DIGITAL_SERVICES[target]) + STORAGE


def _cents(amount: Decimal) -> Decimal:
    """Half up to the cent; every amount that is rounded here is positive."""
    return amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def _sides(market: Market, asins: Sequence[str], domain: int, now: int) -> dict[str, Side]:
    """The side of every product that this shop sells."""
    batch = market.traits(asins, domain)
    ends = market.last_update(batch, now)
    series = market.histories(batch, ends, buybox=True, rating=False).series
    found = {}
    for place, (asin, end) in enumerate(zip(asins, ends.tolist(), strict=True)):
        if exists(asin) and not absent_from(asin, domain):
            offers = [_last(series[kind], place) for kind in (AMAZON, NEW)]
            buy = min((offer for offer in offers if offer > 0), default=None)
            found[asin] = Side(buy, _conservative(series[BUY_BOX], place, end), fees(asin, domain))
    return found


def _last(points: Points, place: int) -> int:
    first, last = int(points.bounds[place]), int(points.bounds[place + 1])
    return int(points.values[last - 1]) if last > first else -1


def _conservative(points: Points, place: int, end: int) -> int | None:
    times, prices = _landed(points, place)
    if not prices or prices[-1] <= 0:
        return None
    median = _quantile(times, prices, end - 90 * MINUTES_PER_DAY, end, MEDIAN)
    quartile = _quantile(times, prices, end - 30 * MINUTES_PER_DAY, end, LOWER_QUARTILE)
    return min(price for price in (prices[-1], median, quartile) if price is not None)


def _landed(points: Points, place: int) -> tuple[list[int], list[int]]:
    own = slice(int(points.bounds[place]), int(points.bounds[place + 1]))
    prices = points.values[own].tolist()
    if points.shipping is None:
        return points.minutes[own].tolist(), prices
    with_shipping = zip(prices, points.shipping[own].tolist(), strict=True)
    return points.minutes[own].tolist(), [p if p < 0 else p + max(s, 0) for p, s in with_shipping]


def _quantile(times: list[int], prices: list[int], start: int, end: int, share: tuple[int, int]) -> int | None:
    """The smallest price whose time in stock inside [start, end] reaches `share` (a fraction); None without stock."""
    first = max(bisect_right(times, start) - 1, 0)
    held: dict[int, int] = {}
    for place in range(first, len(times)):
        following = times[place + 1] if place + 1 < len(times) else end
        minutes = min(following, end) - max(times[place], start)
        if prices[place] > 0 and minutes > 0:
            held[prices[place]] = held.get(prices[place], 0) + minutes
    part, whole = share
    needed, reached = sum(held.values()) * part, 0
    for price in sorted(held):
        reached += held[price] * whole
        if reached >= needed:
            return price
    return None
