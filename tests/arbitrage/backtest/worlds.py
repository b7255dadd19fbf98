"""Pasts to try a threshold on: the simulator's market, and small ones whose truth is known."""

from datetime import date
from decimal import Decimal

import numpy as np

from arbitrage.backtest.dated import DatedTerms
from arbitrage.backtest.history import Fees, Leg, Past, leg_of
from arbitrage.economics.profiles import Profile
from arbitrage.economics.rates import Fixing, Rate, RateBook
from ingestion.simulator.catalogue import absent_from, demo_asins, fees
from ingestion.simulator.market import Market
from ingestion.simulator.prices import Points
from products.marketplaces import MARKETPLACES
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
                history, until=int(ends[place]), buy_box_asked=True, fees=_fees(asin, entry.domain_id)
            )
    return [Past(asin, "Toys", own) for asin, own in legs.items()]


def _own(points: Points, place: int) -> Series:
    """A listing's points, landed where there is shipping."""
    own = slice(int(points.bounds[place]), int(points.bounds[place + 1]))
    values = points.values[own]
    if points.shipping is not None:
        values = np.where(values < 0, values, values + np.maximum(points.shipping[own], 0))
    return series_of(points.minutes[own], values)


def _fees(asin: str, domain: int) -> Fees:
    known = fees(asin, domain)
    return Fees(
        referral=-1 if known.referral is None else known.referral * 100,
        fulfilment=-1 if known.pick_and_pack is None else known.pick_and_pack,
        closing=-1 if known.closing is None else known.closing,
    )


def market_pasts(count: int, *, seed: int = 1) -> list[Past]:
    return of_market(Market(seed=seed, live_since=END), demo_asins(count))
