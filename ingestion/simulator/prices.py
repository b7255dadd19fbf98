"""The truth about prices: every point of every series, as a pure function of time.

A listing's own time (tau) runs like Keepa's minutes until `live_since` and `warp` times as fast after it. It is cut
into slots of `Traits.slot` minutes; a series may change once per slot, at a hashed moment, to a hashed value. So what
holds at a minute never depends on when one asks, a later answer only adds points, and the change points between two
minutes are found without those before them.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ingestion.simulator.csv_types import NOTHING
from ingestion.simulator.hashing import F64, I64, Salt, units
from ingestion.simulator.traits import Plant, Traits

I32 = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


class Points(NamedTuple):
    """One series of a batch. Listing i owns `bounds[i]:bounds[i + 1]`; `shipping` only for triples."""

    bounds: I64
    minutes: I32
    values: I32
    shipping: I32 | None = None


@dataclass(frozen=True, slots=True)
class Slots:
    """The slots of a batch in order, flat: whose, which number, at which minute, and which of them are visible."""

    owner: I64
    number: I64
    minute: I64
    visible: Mask
    listings: int


def slots(batch: Traits, salt: Salt, start: I64, end: I64, *, live_since: int) -> Slots:
    """The slots whose moment lies in [start, end] (Keepa minutes, per listing); the last one of each minute only."""
    first = np.floor(_tau(start, batch, live_since) / batch.slot).astype(np.int64) - 1
    last = np.floor(_tau(end + 1, batch, live_since) / batch.slot).astype(np.int64)
    counts = np.maximum(last - first + 1, 0)
    owner = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts) + first[owner]
    tau = (number + 0.9 * units(batch.keys[owner], salt, number)) * batch.slot[owner]
    minute = _minute(tau, batch.warp[owner], live_since)
    visible = (minute >= start[owner]) & (minute <= end[owner])
    visible[:-1] &= (minute[1:] != minute[:-1]) | (owner[1:] != owner[:-1])
    return Slots(owner, number, minute, visible, len(counts))


def _tau(minute: I64, batch: Traits, live_since: int) -> F64:
    late = np.maximum(minute - live_since, 0)
    result: F64 = minute - late + late * batch.warp
    return result


def _minute(tau: F64, warp: F64, live_since: int) -> I64:
    late = np.maximum(tau - live_since, 0.0)
    result: I64 = np.floor(tau - late + late / warp).astype(np.int64)
    return result


def slots_before(minute: I64, count: int, batch: Traits, *, live_since: int) -> I64:
    """The minute that lies `count` slots before `minute`, per listing."""
    return _minute(_tau(minute, batch, live_since) - count * batch.slot, batch.warp, live_since)


def changes(where: Slots, values: I64, shipping: I64 | None = None) -> Points:
    """The points of one series: visible slots at which the value differs from the one before."""
    owner, minutes = where.owner[where.visible], where.minute[where.visible]
    kept = values[where.visible]
    sent = None if shipping is None else shipping[where.visible]
    new = np.ones(len(owner), dtype=bool)
    new[1:] = (owner[1:] != owner[:-1]) | (kept[1:] != kept[:-1])
    if sent is not None:
        new[1:] |= sent[1:] != sent[:-1]
    return Points(
        bounds=np.searchsorted(owner[new], np.arange(where.listings + 1)),
        minutes=minutes[new].astype(np.int32),
        values=kept[new].astype(np.int32),
        shipping=None if sent is None else sent[new].astype(np.int32),
    )


@dataclass(frozen=True, slots=True)
class Offers:
    """Minor units per slot: lowest new offer, Amazon's own, the buy box landed; -1 where there is none."""

    new: I64
    amazon: I64
    buy_box: I64


def offers(batch: Traits, where: Slots) -> Offers:
    """The prices at each slot. NEW includes Amazon's offer; the buy box is a shade above NEW or suppressed."""
    owner, number = where.owner, where.number
    keys = batch.keys[owner]
    level = batch.base[owner] * _season(number, batch.slot[owner]) * _planted(batch, where)
    level = level * (0.975 + 0.05 * units(keys, Salt.NOISE, number))
    seller = charm(level)
    amazon_out = units(keys, Salt.AMAZON_OUT, number) < 0.12
    has_amazon = (batch.amazon_factor[owner] > 0) & ~amazon_out
    amazon = np.where(has_amazon, charm(level * batch.amazon_factor[owner]), NOTHING)
    planted = batch.plants.kind[owner] != Plant.NONE
    new_out = units(keys, Salt.NEW_OUT, number) < np.where(planted, 0.005, 0.025)
    new = np.where(has_amazon, np.minimum(amazon, seller), seller)
    new = np.where(new_out & ~has_amazon, NOTHING, new)
    suppressed = (units(keys, Salt.BUY_BOX_OUT, number) < 0.02) | (new == NOTHING)
    buy_box = np.where(suppressed, NOTHING, charm(new * (1.0 + batch.premium[owner])))
    return Offers(new=new, amazon=amazon, buy_box=np.where(suppressed, NOTHING, np.maximum(buy_box, new)))


def charm(price: F64) -> I64:
    """The shop's way with prices: the last digit is a nine, above 30.00 in steps of 0.50."""
    step = np.where(price < 3_000, 10.0, 50.0)
    result: I64 = (np.maximum(np.round(price / step), 1.0) * step).astype(np.int64) - 1
    return result


def _season(number: I64, slot: F64) -> F64:
    """A slow wave of half a percent, 120 days long; a triangle, for sines differ between machines."""
    phase = (number * slot / 172_800.0) % 1.0
    result: F64 = 0.995 + 0.02 * np.abs(phase - 0.5)
    return result


def _planted(batch: Traits, where: Slots) -> F64:
    """The factor by which a planted flip moves the source's price down and the target's up."""
    plant, owner = batch.plants, where.owner
    active = (where.number % plant.cycle[owner]) < plant.active[owner]
    kind = plant.kind[owner]
    is_source = (plant.source[owner] == batch.domain) & (kind != Plant.NONE)
    is_target = (plant.target[owner] == batch.domain) & (kind != Plant.NONE)
    dip = is_source & ((kind != Plant.CYCLING) | active)
    lift = is_target & ((kind != Plant.FADING) | ~active)
    result: F64 = np.where(dip, plant.dip[owner], np.where(lift, plant.lift[owner], 1.0))
    return result
