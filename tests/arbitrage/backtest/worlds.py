"""Pasts to try a threshold on: the simulator's market, and small ones whose truth is known."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from arbitrage.backtest.assumptions import Assumptions
from arbitrage.backtest.dated import DatedTerms, Pair
from arbitrage.backtest.history import Leg, Past, leg_of
from arbitrage.backtest.sheets import Sheets
from arbitrage.backtest.signals import Span, fires
from arbitrage.economics.profiles import Profile
from arbitrage.economics.rates import Fixing, Rate, RateBook
from ingestion.simulator.catalogue import absent_from, demo_asins, fees
from ingestion.simulator.market import Market
from ingestion.simulator.prices import Points
from products.marketplaces import MARKETPLACES, PAIRS
from products.series import History, Series, series_of

END = 8_355_000
"""A Keepa minute in November 2026."""
DAY = 1440
LONG_AGO = date(2014, 1, 1)
SELLER = Profile(
    "four registrations", registrations=frozenset({"DE", "FR", "IT", "ES"}), inbound=90, prep=60, storage=20
)
VAT = {"DE": 190_000, "IT": 220_000, "ES": 210_000, "UK": 200_000, "FR": 200_000}


def rates(vat: dict[str, int] = VAT, digital: int = 30_000) -> RateBook:
    """Rates that held since long ago, and the digital services fee raised in March 2026."""
    raised = date(2026, 3, 20)
    services = [Rate(digital * 2 // 3, LONG_AGO, "test", date(2026, 3, 19)), Rate(digital, raised, "test")]
    fixings = [
        Fixing(
            "GBP",
            date.fromordinal(date(2025, 8, 1).toordinal() + 7 * week),
            Decimal("0.85") + Decimal(week) / 2000,
            "test",
        )
        for week in range(70)
    ]
    return RateBook(
        vat={(code, "standard"): [Rate(ppm, LONG_AGO, "test")] for code, ppm in vat.items()},
        fees={("fuel", "", ""): [Rate(15_000, LONG_AGO, "test")], ("digital_services", "", ""): services},
        fixings={"GBP": fixings},
    )


@dataclass(frozen=True)
class Charged:
    """A listing of which only the fees are known; prices come from its past."""

    marketplace: str
    referral_rate: int | None = 0
    fba_fee: int | None = 1
    closing_fee: int | None = 0
    category: str = ""
    source_minute: int = END
    buybox_minute: int | None = END
    amazon: int | None = None
    new: int | None = None
    buy_box: int | None = None
    median_90: int | None = None
    p25_30: int | None = None
    package_length: int | None = None
    package_width: int | None = None
    package_height: int | None = None
    package_weight: int | None = None
    is_hazmat: bool | None = None


def terms(profile: Profile = SELLER, book: RateBook | None = None) -> DatedTerms:
    return DatedTerms(profile, book or rates())


def of_market(market: Market, asins: list[str], end: int = END) -> list[Past]:
    """Products as Keepa would tell of them at `end`, the buy box asked."""
    legs: dict[str, dict[str, Leg]] = {asin: {} for asin in asins}
    for code, entry in MARKETPLACES.items():
        batch = market.traits(asins, entry.domain_id)
        ends = market.last_update(batch, end)
        histories = market.histories(batch, ends, buybox=True, rating=False).series
        for place, asin in enumerate(asins):
            if absent_from(asin, entry.domain_id):
                continue
            history: History = {kind: _own(points, place) for kind, points in histories.items()}
            legs[asin][code] = leg_of(
                history, until=int(ends[place]), asked=int(ends[place]), listing=_charged(asin, code)
            )
    return [Past(asin, "Toys", own) for asin, own in legs.items()]


def _own(points: Points, place: int) -> Series:
    """A listing's points, landed where there is shipping."""
    own = slice(int(points.bounds[place]), int(points.bounds[place + 1]))
    values = points.values[own]
    if points.shipping is not None:
        values = np.where(values < 0, values, values + np.maximum(points.shipping[own], 0))
    return series_of(points.minutes[own], values)


def _charged(asin: str, code: str) -> Charged:
    known = fees(asin, MARKETPLACES[code].domain_id)
    referral = None if known.referral is None else known.referral * 100
    return Charged(code, referral, known.pick_and_pack, known.closing)


def market_pasts(count: int, *, seed: int = 1) -> list[Past]:
    return of_market(Market(seed=seed, live_since=END), demo_asins(count))


COSTLESS = Profile("costless", registrations=frozenset({"DE", "IT"}))
PAIR = ("IT", "DE")


def costless_terms() -> DatedTerms:
    """A world in which goods sell for what they cost, so that whoever knows nothing earns nothing."""
    return terms(
        COSTLESS,
        RateBook(
            vat={(code, "standard"): [Rate(0, LONG_AGO, "test")] for code in VAT},
            fees={(kind, "", ""): [Rate(0, LONG_AGO, "test")] for kind in ("fuel", "digital_services")},
        ),
    )


def slots(dice: np.random.Generator, days: int, *, mean: float) -> NDArray[np.int64]:
    """Minutes at which a price may move, about every `mean` days."""
    pauses = dice.exponential(mean * DAY, int(2 * days / mean)) + 1
    minutes = END - days * DAY + np.cumsum(pauses).astype(np.int64)
    return np.concatenate(([END - days * DAY], minutes[minutes < END]))


def leg(code: str, minutes: NDArray[np.int64], prices: NDArray[np.float64]) -> Leg:
    """A listing sold by merchants alone at these prices, almost without fees."""
    series = series_of(minutes, np.maximum(np.round(prices), 1))
    return Leg(until=END, asked=END, listing=Charged(code), new=series, reference=series)


def timed_edge(number: int, *, days: int = 500) -> Past:
    """The source falls by 30 % for some days now and then, never 9 to 48 days after it did so; else prices are equal.

    Both prices wobble by up to a tenth, each on its own.
    """
    dice = np.random.default_rng(number)
    level = dice.uniform(3_000, 9_000)
    dips = END - days * DAY + np.cumsum(dice.uniform(48, 75, days // 48) * DAY)
    ends = dips + dice.uniform(4, 8, len(dips)) * DAY
    minutes = np.unique(np.concatenate((slots(dice, days, mean=3), dips, ends)).astype(np.int64))
    minutes = minutes[minutes < END]
    place = np.searchsorted(dips, minutes, side="right") - 1
    in_dip = (place >= 0) & (minutes < ends[np.maximum(place, 0)])
    source = level * dice.uniform(0.9, 1.1, len(minutes)) * np.where(in_dip, 0.7, 1.0)
    other = slots(dice, days, mean=3)
    target = level * dice.uniform(0.9, 1.1, len(other))
    return Past(f"B0EDGE{number:04d}", "Toys", {"IT": leg("IT", minutes, source), "DE": leg("DE", other, target)})


def uncertain_edge(number: int, *, days: int = 560) -> Past:
    """The target is worth its price on a share of the days that differs from product to product, 75 to 99 %."""
    dice = np.random.default_rng(number)
    level, share = dice.uniform(3_000, 9_000), dice.uniform(0.75, 0.99)
    there = slots(dice, days, mean=1)
    target = level * np.where(dice.random(len(there)) < share, 1.4, 0.8) * dice.uniform(0.97, 1.03, len(there))
    here = slots(dice, days, mean=5)
    source = level * np.where(dice.random(len(here)) < 0.5, 1.0, 1.35)
    return Past(f"B0SURE{number:04d}", "Toys", {"IT": leg("IT", here, source), "DE": leg("DE", there, target)})


def open_at_the_end(
    pasts: list[Past], pairs: list[Pair], dated: DatedTerms, rules: Assumptions, span: Span
) -> set[tuple[str, str, str]]:
    """The flips whose last fire was still open when history ended."""
    found = fires(pasts, pairs, dated, Sheets(pasts, dated), rules, span)
    return {(pasts[fire.place].asin, *PAIRS[fire.row]) for fire in found if not fire.ended}
