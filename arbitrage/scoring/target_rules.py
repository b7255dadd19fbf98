"""Reasons that lie in the target: Amazon, other sellers, demand; and in the age and length of our data."""

from arbitrage.scoring.reasons import LOW, MEDIUM, Rule, percent
from arbitrage.scoring.score_input import ScoreInput

MIN_STOCK_DAYS = 30
MIN_CHANGE_POINTS = 5
OFTEN_OUT = 700
OFTEN_AMAZON = 500
GOOD_RANK = 20_000
FEW_OFFERS = 3
MANY_OFFERS = 12
RISING_OFFERS = 3
RISING_FACTOR = 1_500
"""Permille of the offers of a month ago; both this and RISING_OFFERS more must be there."""
SLOW_DAYS, FAST_DAYS = 60, 21
OLD_SOURCE_MINUTES = 6 * 60
OLD_TARGET_MINUTES = 12 * 60
OLD_BUY_BOX_MINUTES = 24 * 60
STALE_MINUTES = 24 * 60


def is_thin(flip: ScoreInput) -> bool:
    """Whether either leg has too short a history to judge: under 30 days in stock or under 5 change points."""
    return any(
        leg.stock_days < MIN_STOCK_DAYS or leg.change_points < MIN_CHANGE_POINTS for leg in (flip.source, flip.target)
    )


def _thin(flip: ScoreInput) -> str | None:
    if not is_thin(flip):
        return None
    return "A leg was in stock for under 30 days or changed its price under 5 times: low score."


def _estimate(flip: ScoreInput) -> str | None:
    if not flip.estimates:
        return None
    return f"Only an estimate, so the score cannot be high: {'; '.join(flip.estimates)}."


def _suppressed(flip: ScoreInput) -> str | None:
    if not flip.target.is_unqualified:
        return None
    return "Amazon gives nobody the buy box of the target, so hardly anything sells there."


def _amazon_holds_it(flip: ScoreInput) -> str | None:
    return "Amazon itself holds the buy box of the target." if flip.target.amazon_in_buy_box else None


def _amazon_stays(flip: ScoreInput) -> str | None:
    share = flip.risk.replay.amazon_share
    if share is None or share <= OFTEN_AMAZON:
        return None
    return f"Amazon sold on the target in {percent(share)} of the last 90 days."


def _many_offers(flip: ScoreInput) -> str | None:
    offers = flip.target.offers
    return None if offers is None or offers < MANY_OFFERS else f"{offers} new offers compete on the target."


def _rising(flip: ScoreInput) -> str | None:
    before, now = flip.risk.offers_before, flip.target.offers
    if before is None or now is None or now < before + RISING_OFFERS or now * 1_000 < before * RISING_FACTOR:
        return None
    return f"New offers on the target rose from {before} to {now} in a month: a race for the price."


def _rank_unknown(flip: ScoreInput) -> str | None:
    if flip.target.rank is not None:
        return None
    return "The target shows no sales rank, so the demand is unknown."


def _slow(flip: ScoreInput) -> str | None:
    days = flip.risk.velocity.sell_days
    if days is None:
        return "No sale can be seen on the target in 90 days."
    return f"One unit takes about {days} days to sell." if days > SLOW_DAYS else None


def _often_out(flip: ScoreInput) -> str | None:
    share = flip.target.in_stock_90
    if share is None or share >= OFTEN_OUT:
        return None
    return f"The target was in stock for only {percent(share)} of the last 90 days."


def _stale(flip: ScoreInput) -> str | None:
    age = max(flip.source.age_minutes, flip.target.age_minutes)
    return f"A leg was last seen {age // 60} hours ago." if age > STALE_MINUTES else None


def _old_source(flip: ScoreInput) -> str | None:
    age = flip.source.age_minutes
    return f"The source price is {age // 60} hours old." if age > OLD_SOURCE_MINUTES else None


def _old_target(flip: ScoreInput) -> str | None:
    age = flip.target.age_minutes
    return f"The target's data is {age // 60} hours old." if age > OLD_TARGET_MINUTES else None


def _old_buy_box(flip: ScoreInput) -> str | None:
    age = flip.target.buy_box_age_minutes
    return None if age is None or age <= OLD_BUY_BOX_MINUTES else f"The buy box was last asked {age // 60} hours ago."


def _sells_well(flip: ScoreInput) -> str | None:
    rank = flip.target.rank
    return f"The target's sales rank is {rank}." if rank is not None and rank <= GOOD_RANK else None


def _fast(flip: ScoreInput) -> str | None:
    days = flip.risk.velocity.sell_days
    if days is None or days > FAST_DAYS:
        return None
    return f"One unit sells in about {days} day{'' if days == 1 else 's'}."


def _few_offers(flip: ScoreInput) -> str | None:
    offers = flip.target.offers
    if offers is None or offers > FEW_OFFERS or flip.target.amazon_in_buy_box:
        return None
    return f"{offers} new offers on the target."


RULES = (
    Rule("thin_history", _thin, gate=LOW),
    Rule("stale_leg", _stale, gate=LOW),
    Rule("buy_box_suppressed", _suppressed, gate=LOW),
    Rule("estimate", _estimate, gate=MEDIUM),
    Rule("amazon_in_buy_box", _amazon_holds_it, gate=MEDIUM),
    Rule("amazon_on_listing", _amazon_stays),
    Rule("many_offers", _many_offers),
    Rule("offers_rising", _rising),
    Rule("rank_unknown", _rank_unknown),
    Rule("sells_slowly", _slow),
    Rule("often_out_of_stock", _often_out),
    Rule("old_source", _old_source),
    Rule("old_target", _old_target),
    Rule("old_buy_box", _old_buy_box),
    Rule("sells_well", _sells_well, favourable=True),
    Rule("sells_fast", _fast, favourable=True),
    Rule("few_offers", _few_offers, favourable=True),
)
