"""Reasons that lie in the goods: another pack, danger, size, language, who may sell them."""

from arbitrage.risk import match
from arbitrage.risk.match import LANGUAGES
from arbitrage.scoring.reasons import LOW, MEDIUM, NEVER, Rule
from arbitrage.scoring.score_input import ScoreInput

OFTEN_RETURNED, RARELY_RETURNED = 2, 1
FIRST_WARM_MONTH, LAST_WARM_MONTH = 4, 10


def _blocked(flip: ScoreInput) -> str | None:
    if flip.blocked is None:
        return None
    return f"The brand is on your block-list{': ' + flip.blocked if flip.blocked else ''}."


def _pack(flip: ScoreInput) -> str | None:
    packs = match.packs_differ(flip.source.goods, flip.target.goods)
    if packs is None:
        return None
    return f"The pack sizes differ: {packs[0]} bought, {packs[1]} sold. Compare both listings before buying."


def _codes(flip: ScoreInput) -> str | None:
    if not match.codes_differ(flip.source.goods, flip.target.goods):
        return None
    return "The two listings share no EAN, so they may be different articles."


def _hazmat(flip: ScoreInput) -> str | None:
    if not (flip.source.is_hazmat or flip.target.is_hazmat):
        return None
    return "Keepa lists dangerous goods: Amazon's warehouses may refuse them or charge more."


def _meltable(flip: ScoreInput) -> str | None:
    if not (flip.source.is_heat_sensitive or flip.target.is_heat_sensitive):
        return None
    return "It melts or spoils in heat; Amazon's warehouses take such goods in the cold months alone."


def _meltable_now(flip: ScoreInput) -> str | None:
    warm = FIRST_WARM_MONTH <= flip.today.month <= LAST_WARM_MONTH
    return "It would arrive in the warm months, when it is not taken." if warm and _meltable(flip) else None


def _oversize(flip: ScoreInput) -> str | None:
    if not match.is_oversize(flip.target.goods):
        return None
    return "The parcel is oversize: fees by weight, and storage costs more."


def _unmeasured(flip: ScoreInput) -> str | None:
    goods = flip.target.goods
    if goods.sides is not None and goods.weight is not None:
        return None
    return "Size or weight is unknown on the target, so Amazon's own measurement may raise the fee."


def _plug(flip: ScoreInput) -> str | None:
    if not match.plugs_differ(flip.source.goods, flip.target.goods):
        return None
    return "It may carry the other side's plug: British and continental ones do not fit each other."


def _language(flip: ScoreInput) -> str | None:
    source, target = flip.source.goods, flip.target.goods
    if not match.language_differs(source, target):
        return None
    spoken = LANGUAGES[source.marketplace], LANGUAGES[target.marketplace]
    return f"Goods of this kind come in a language: bought in {spoken[0]}, sold to buyers who read {spoken[1]}."


def _trade_mark(flip: ScoreInput) -> str | None:
    if not match.leaves_the_uk(flip.source.goods, flip.target.goods):
        return None
    return "Goods first sold in the UK may not be resold in the EEA without the trade mark owner's consent."


def _often_returned(flip: ScoreInput) -> str | None:
    return "Buyers return it more often than usual." if flip.target.return_rate == OFTEN_RETURNED else None


def _rarely_returned(flip: ScoreInput) -> str | None:
    return "Buyers return it less often than usual." if flip.target.return_rate == RARELY_RETURNED else None


RULES = (
    Rule("blocked_brand", _blocked, gate=NEVER),
    Rule("pack_mismatch", _pack, gate=LOW),
    Rule("code_mismatch", _codes, gate=LOW),
    Rule("hazmat", _hazmat, gate=LOW),
    Rule("language", _language, gate=LOW),
    Rule("meltable_season", _meltable_now, gate=LOW),
    Rule("meltable", _meltable),
    Rule("plug", _plug, gate=MEDIUM),
    Rule("uk_trade_mark", _trade_mark, gate=MEDIUM),
    Rule("oversize", _oversize),
    Rule("size_unknown", _unmeasured),
    Rule("high_returns", _often_returned),
    Rule("low_returns", _rarely_returned, favourable=True),
)
