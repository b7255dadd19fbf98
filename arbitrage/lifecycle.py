"""When a flip becomes an opportunity, how it changes, and when and why it ends. Pure: values in, a decision out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

REOPEN_WITHIN = timedelta(hours=6)
"""A flip that comes back this soon continues its old row."""
STALE_AFTER = timedelta(hours=24)
"""A leg observed longer ago than this says nothing about now."""

CLOSE_BELOW_ROI = 200
"""Basis points under the profile's minimum before an open opportunity closes."""
CLOSE_BELOW_NET = 50
"""EUR cents under the profile's minimum before an open opportunity closes."""
NEAR_ROI = 500
"""Basis points under the minimum from which a flip counts as near."""
EVENT_ROI = 100
"""Basis points since the row's last event that make a new one."""
EVENT_NET = 50
"""EUR cents since the row's last event that make a new one."""


CONFIRMED = "confirmed"
"""Why a row improved whose estimate became certain, whatever the price did meanwhile."""


class Trouble(StrEnum):
    """Why a flip cannot be priced now; the values are those of Opportunity.CloseReason."""

    OUT_OF_STOCK = "out_of_stock"
    INCOMPLETE = "incomplete"
    STALE = "stale"


class Reason(StrEnum):
    """Why a priced opportunity closed; the values are those of Opportunity.CloseReason."""

    SOURCE_ROSE = "source_rose"
    TARGET_FELL = "target_fell"
    PROFILE = "profile"


class Step(StrEnum):
    """What to do with a row. All but the last two are events, named as in the topic arbitrage.opportunities."""

    OPENED = "opened"
    REOPENED = "reopened"
    IMPROVED = "improved"
    WORSENED = "worsened"
    CLOSED = "closed"
    KEEP = "keep"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """A profile's demands: `min_roi` in basis points of the landed cost, `min_profit` in EUR cents."""

    min_roi: int
    min_profit: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a flip earns at the conservative price.

    `buy_price` is minor units of the source's currency; `sell_price`, `cost` (landed) and `net` of the target's.
    `is_estimate`: a default stands for something unknown.
    """

    buy_price: int
    sell_price: int
    cost: int
    net: int
    net_eur: int
    roi: int
    is_estimate: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What is stored of an opportunity: open if `closed_at` is None. Units as in `Figures`."""

    closed_at: datetime | None
    buy_price: int
    sell_price: int
    net: int
    net_eur: int
    roi: int
    event_net_eur: int
    event_roi: int
    is_estimate: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The step; for CLOSED the reason (a value of Opportunity.CloseReason), for IMPROVED perhaps CONFIRMED."""

    step: Step
    reason: str = ""


def decide(standing: Standing | None, flip: Figures | Trouble, thresholds: Thresholds, now: datetime) -> Decision:
    """The next step of one (product, source, target, profile).

    `standing` is its open row, else its newest closed one, else None. The same flip twice changes nothing the second
    time.
    """
    if standing is None or standing.closed_at is not None:
        return _while_closed(standing, flip, thresholds, now)
    if isinstance(flip, Trouble):
        return Decision(Step.CLOSED, flip.value)
    if not _holds(flip, thresholds):
        return Decision(Step.CLOSED, _reason(standing, flip, thresholds).value)
    if standing.is_estimate and not flip.is_estimate:
        return Decision(Step.IMPROVED, CONFIRMED)
    return Decision(_movement(standing, flip))


def qualifies(flip: Figures, thresholds: Thresholds) -> bool:
    """Whether a flip earns enough to open. The ratio is compared exactly, not as rounded for people."""
    return _reaches(flip, thresholds.min_roi) and flip.net_eur >= thresholds.min_profit


def _while_closed(
    standing: Standing | None, flip: Figures | Trouble, thresholds: Thresholds, now: datetime
) -> Decision:
    if isinstance(flip, Trouble) or not qualifies(flip, thresholds):
        return Decision(Step.NOTHING)
    returned = standing and standing.closed_at and now - standing.closed_at <= REOPEN_WITHIN
    return Decision(Step.REOPENED if returned else Step.OPENED)


def _reaches(flip: Figures, roi: int) -> bool:
    return flip.net * 10_000 >= roi * flip.cost


def _holds(flip: Figures, thresholds: Thresholds) -> bool:
    enough = flip.net_eur >= thresholds.min_profit - CLOSE_BELOW_NET
    return enough and _reaches(flip, thresholds.min_roi - CLOSE_BELOW_ROI)


def _movement(standing: Standing, flip: Figures) -> Step:
    """Improved or worsened since the row's last event; the profit decides where it moved enough, else the ROI."""
    net, roi = flip.net_eur - standing.event_net_eur, flip.roi - standing.event_roi
    moved = net if abs(net) >= EVENT_NET else roi if abs(roi) >= EVENT_ROI else 0
    if moved == 0:
        return Step.KEEP
    return Step.IMPROVED if moved > 0 else Step.WORSENED


def _reason(standing: Standing, flip: Figures, thresholds: Thresholds) -> Reason:
    """What moved: the profile if the stored figures no longer suffice, a price if it explains the fall, else a rate.

    A rise of the buy price is weighed by what a unit of it costs landed, so that both moves are in the target's
    currency; a move that explains less than half of the lost profit is not the cause.
    """
    kept_roi, kept_net = thresholds.min_roi - CLOSE_BELOW_ROI, thresholds.min_profit - CLOSE_BELOW_NET
    if standing.roi < kept_roi or standing.net_eur < kept_net:
        return Reason.PROFILE
    rise = (flip.buy_price - standing.buy_price) * flip.cost // max(flip.buy_price, 1)
    fall = standing.sell_price - flip.sell_price
    if max(rise, fall) <= 0 or max(rise, fall) * 2 < standing.net - flip.net:
        return Reason.PROFILE
    return Reason.SOURCE_ROSE if rise >= fall else Reason.TARGET_FELL
