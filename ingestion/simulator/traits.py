"""What is fixed about a listing: its level of price, how lively it is, and whether a flip is planted in it.

Everything follows from (seed, ASIN, domain); arrays hold one entry per listing of a batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from ingestion.simulator.domains import DOMAINS, EU_DOMAINS
from ingestion.simulator.hashing import F64, I64, U64, Salt, choices, key_of, units, words

SLOT_MINUTES = 5_256.0
"""Mean length of a slot, in which a series may change once: 100 slots a year."""

HOT_SHARE = 0.085
HOT_FACTOR = 9.0
COLD_FACTOR = 1.0 / 9.0
"""A tenth of the listings, these and the fast ones below, makes nine tenths of the live changes."""

FAST_FACTOR = 30.0
"""Listings in which a planted flip opens and closes: at a tempo of 40, a change every four or five minutes."""

PLANTED_SHARE = 0.13
YOUNG_SHARE = 0.03
MINUTES_PER_DAY = 1440


class Plant(IntEnum):
    """How a planted flip behaves: always there, coming and going with the source's or with the target's price."""

    NONE = 0
    STEADY = 1
    CYCLING = 2
    FADING = 3


@dataclass(frozen=True, slots=True)
class Plants:
    """The planted flips of a batch of products: kind, the two domains, how strong, length and share of the cycle."""

    kind: I64
    source: I64
    target: I64
    dip: F64
    lift: F64
    cycle: I64
    active: I64


@dataclass(frozen=True, slots=True)
class Traits:
    """A batch of listings. `base` is minor units of the domain's currency, `slot` minutes, `warp` live speed."""

    product_keys: U64
    keys: U64
    domain: int
    base: F64
    slot: F64
    warp: F64
    born: I64
    amazon_factor: F64
    premium: F64
    plants: Plants


class Keys:
    """The hashed keys of ASINs, remembered."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._known: dict[str, int] = {}

    def of(self, asins: Sequence[str]) -> U64:
        """One key per ASIN."""
        known = self._known
        for asin in asins:
            if asin not in known:
                known[asin] = key_of(f"{self._seed}:{asin}")
        return np.array([known[asin] for asin in asins], dtype=np.uint64)


def plants(product_keys: U64) -> Plants:
    """Which products carry a planted flip, and what it is like."""
    chosen = units(product_keys, Salt.PLANT) < PLANTED_SHARE
    kind_draw = units(product_keys, Salt.PLANT_KIND)
    kind = np.select([kind_draw < 0.55, kind_draw < 0.85], [Plant.STEADY, Plant.CYCLING], Plant.FADING)
    domains = np.array(EU_DOMAINS, dtype=np.int64)
    source = choices(product_keys, Salt.PLANT_SOURCE, len(domains))
    step = 1 + choices(product_keys, Salt.PLANT_TARGET, len(domains) - 1)
    strength = units(product_keys, Salt.PLANT_STRENGTH)
    cycle = 4 + choices(product_keys, Salt.PLANT_CYCLE, 9)
    return Plants(
        kind=np.where(chosen, kind, Plant.NONE).astype(np.int64),
        source=domains[source],
        target=domains[(source + step) % len(domains)],
        dip=0.68 - 0.10 * strength,
        lift=1.28 + 0.14 * strength,
        # A target that fades more often than in a quarter of its slots would never be worth its price (P25).
        cycle=np.where(kind == Plant.FADING, cycle + 4, cycle),
        active=np.where(kind == Plant.FADING, 1, cycle // 2),
    )


def traits(product_keys: U64, domain: int, *, tempo: float, live_since: int) -> Traits:
    """The fixed traits of one domain's listings of these products."""
    keys = words(product_keys, Salt.LISTING, np.full(len(product_keys), domain, dtype=np.int64))
    planted = plants(product_keys)
    return Traits(
        product_keys=product_keys,
        keys=keys,
        domain=domain,
        base=_base(product_keys, keys, planted, domain),
        slot=SLOT_MINUTES / (0.8 + 0.4 * units(keys, Salt.ACTIVITY)),
        warp=tempo * _liveliness(keys, planted, domain),
        born=_born(keys, planted, live_since),
        amazon_factor=np.where(
            units(keys, Salt.AMAZON_SELLS) < 0.45, 0.985 + 0.035 * units(keys, Salt.AMAZON_FACTOR), 0.0
        ),
        premium=np.maximum(0.0, units(keys, Salt.PREMIUM) - 0.7) * 0.06,
        plants=planted,
    )


def _base(product_keys: U64, keys: U64, planted: Plants, domain: int) -> F64:
    draw = units(product_keys, Salt.BASE_PRICE)
    euro_cents = 1_200.0 + 16_000.0 * draw * draw * draw
    euro_cents = np.where(planted.kind != Plant.NONE, euro_cents + 1_800.0, euro_cents)
    market = 0.965 + 0.07 * units(keys, Salt.MARKET_FACTOR)
    result: F64 = euro_cents * market * DOMAINS[domain].level
    return result


def _liveliness(keys: U64, planted: Plants, domain: int) -> F64:
    factor = np.where(units(keys, Salt.HOT) < HOT_SHARE, HOT_FACTOR, COLD_FACTOR)
    comes_and_goes = ((planted.kind == Plant.CYCLING) & (planted.source == domain)) | (
        (planted.kind == Plant.FADING) & (planted.target == domain)
    )
    return np.where(comes_and_goes, FAST_FACTOR, factor)


def _born(keys: U64, planted: Plants, live_since: int) -> I64:
    """Keepa minute since which the listing is tracked: most are older than any history, a few are young."""
    draw = units(keys, Salt.BORN)
    young = (draw < YOUNG_SHARE) & (planted.kind == Plant.NONE)
    age = np.where(young, 5 + draw / YOUNG_SHARE * 90, 400 + draw * 1_500) * MINUTES_PER_DAY
    result: I64 = live_since - age.astype(np.int64)
    return result
