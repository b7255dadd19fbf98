"""All risk figures of one priced flip. Values in, values out; the same subject gives the same figures."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import numpy as np

from arbitrage.economics.amounts import converted, landed
from arbitrage.economics.flip import proceeds_of
from arbitrage.economics.inputs import FlipInputs
from arbitrage.risk import velocity as pace
from arbitrage.risk.confidence import Confidence, confidence
from arbitrage.risk.replay import WINDOW_DAYS, Replay, replay, season
from arbitrage.risk.returned import AfterReturns, after_returns
from arbitrage.risk.stretches import Net, spread, stretches, value_at
from arbitrage.risk.velocity import Velocity
from arbitrage_site.clock import MINUTES_PER_DAY
from products.series import AMAZON, COUNT_NEW, COUNT_NEW_FBA, NEW, NEW_LANDED_SINCE, SALES, History, Series

OFFERS_DAYS = 30
LONGEST_WAIT_DAYS = 30
"""How much of the time to sell enters the lag of the replay; beyond it too little history would be left."""
Figure = int | str | bool | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A priced flip and what is known of its two listings.

    `net` is at the conservative price. `history` is the target's, known up to the Keepa minute `end`; `reference` the
    type of its sale price. Ages are minutes. `stock_days` and `changes` are the smaller of both listings, `in_stock`
    permille of 90 days. `badge` is Amazon's lower bound of monthly sales. `offers` counts new offers, `offers_fba`
    those that Amazon ships. `today` decides how long goods take to arrive.
    """

    inputs: FlipInputs
    net: int
    history: History
    end: int
    reference: int
    source_age: int
    target_age: int
    stock_days: int
    changes: int
    today: date
    in_stock: int | None = None
    category: str = ""
    return_rate: int | None = None
    badge: int | None = None
    badge_age: int | None = None
    offers: int | None = None
    offers_fba: int | None = None
    amazon_has_box: bool = False


@dataclass(frozen=True, slots=True)
class Risk:
    """`expected_eur` is EUR cents a unit after returns. `season` is the chance in last year's weeks, permille.

    `offers_before` is the number of new offers 30 days ago. `profit_per_day` is chance x expected profit x units over
    capital days, in thousandths of a euro; None where one of them is unknown.
    """

    returns: AfterReturns
    expected_eur: int
    replay: Replay
    season: int | None
    velocity: Velocity
    confidence: Confidence
    spread: int | None
    offers_before: int | None
    profit_per_day: int | None

    @property
    def chance(self) -> int | None:
        """Chance of a profit, permille."""
        return self.replay.chance


def assess(subject: Subject) -> Risk:
    """Weigh one flip."""
    net = net_at(subject.inputs)
    reference = _reference(subject)
    speed = _velocity(subject)
    lag = speed.lag_days + min(speed.sell_days or 0, LONGEST_WAIT_DAYS)
    played = replay(reference, subject.history.get(AMAZON), end=subject.end, lag_days=lag, net=net)
    year_ago = season(reference, end=subject.end, lag_days=lag, net=net)
    scatter = spread(stretches(reference, subject.end - WINDOW_DAYS * MINUTES_PER_DAY, subject.end))
    after = after_returns(subject.inputs, subject.net, subject.category, subject.return_rate)
    expected_eur = converted(after.expected.net, subject.inputs.terms.to_euro)
    return Risk(
        returns=after,
        expected_eur=expected_eur,
        replay=played,
        season=year_ago,
        velocity=speed,
        confidence=confidence(
            stock_days=subject.stock_days,
            changes=subject.changes,
            source_age=subject.source_age,
            target_age=subject.target_age,
            in_stock=subject.in_stock,
            spread=scatter,
            season=year_ago,
        ),
        spread=scatter,
        offers_before=_before(subject.history.get(COUNT_NEW), subject.end),
        profit_per_day=_per_day(expected_eur, played.chance, speed),
    )


def net_at(inputs: FlipInputs) -> Net:
    """The net profit at other sale prices, with today's cost; each price is worked out once."""
    cost = landed(inputs.terms.purchase, inputs.buy).cost
    return cache(lambda price: proceeds_of(replace(inputs, sale=price)).payout - cost)


def figures_of(risk: Risk) -> Mapping[str, Figure]:
    """The figures by name, as they are stored with an opportunity."""
    speed, sure = risk.velocity, risk.confidence
    return {
        "expected_net": risk.returns.expected.net,
        "expected_eur": risk.expected_eur,
        "expected_roi": risk.returns.expected.roi,
        "return_rate": risk.returns.rate,
        "return_rate_is_assumed": risk.returns.is_assumed,
        "chance": risk.replay.chance,
        "chance_unadjusted": risk.replay.unadjusted,
        "replayed_days": risk.replay.days,
        "amazon_share": risk.replay.amazon_share,
        "season": risk.season,
        "monthly_sales": speed.monthly_sales,
        "competitors": speed.competitors,
        "own_share": speed.own_share,
        "lag_days": speed.lag_days,
        "sell_days": speed.sell_days,
        "units": speed.units,
        "capital_days": speed.capital_days,
        "profit_per_day": risk.profit_per_day,
        "spread": risk.spread,
        "confidence": sure.total,
        "confidence_weakest": sure.weakest,
        "sample": sure.sample,
        "freshness": sure.freshness,
        "stock": sure.stock,
        "steadiness": sure.steadiness,
        "season_confidence": sure.season,
    }


def _reference(subject: Subject) -> Series | None:
    """The series of the sale price. NEW begins where its values have the meaning of today's (with shipping)."""
    series = subject.history.get(subject.reference)
    if series is None or subject.reference != NEW:
        return series
    first = int(np.searchsorted(series.minutes, NEW_LANDED_SINCE))
    return Series(series.minutes[first:], series.values[first:])


def _velocity(subject: Subject) -> Velocity:
    drops = pace.rank_drops(subject.history.get(SALES), subject.end)
    return pace.velocity(
        pace.monthly_sales(drops, subject.badge, subject.badge_age),
        _competitors(subject),
        amazon_has_box=subject.amazon_has_box,
        lag=pace.lag_days(subject.today, fulfilment=str(subject.inputs.terms.sale.fulfilment)),
    )


def _competitors(subject: Subject) -> int | None:
    """Offers that compete for the box: those that Amazon ships where their number is known, else all new ones."""
    if subject.offers_fba is not None:
        return subject.offers_fba
    counted = subject.history.get(COUNT_NEW_FBA)
    if counted is not None and len(counted.values) and counted.values[-1] >= 0:
        return int(counted.values[-1])
    return subject.offers


def _before(counts: Series | None, end: int) -> int | None:
    if counts is None:
        return None
    value = int(value_at(counts, np.array([end - OFFERS_DAYS * MINUTES_PER_DAY]))[0])
    return value if value >= 0 else None


def _per_day(expected_eur: int, chance: int | None, speed: Velocity) -> int | None:
    if chance is None or speed.capital_days is None:
        return None
    return expected_eur * chance * speed.units // (100 * speed.capital_days)
