"""The inverse questions of a flip as labelled amounts: where it earns, how far the price may fall, what one may pay."""

from arbitrage.economics.flip import Flip
from arbitrage.economics.limits import break_even, max_buy
from arbitrage.economics.pieces import Interval, profitable, room_to_fall
from arbitrage.economics.profiles import Profile
from arbitrage.economics.wording import money, money_or_none, percent


def limit_texts(flip: Flip, seller: Profile) -> list[tuple[str, str]]:
    """(label, text) of each limit; amounts to pay are in the source's currency, sale prices in the target's."""
    inputs = flip.inputs
    most = max_buy(inputs, roi=seller.target_roi)
    return [
        ("break-even sale price", money_or_none(break_even(inputs), flip.currency)),
        (f"most to pay for {percent(seller.target_roi * 100)} ROI", money_or_none(most, inputs.terms.buy_currency)),
        *further_texts(flip),
    ]


def further_texts(flip: Flip) -> list[tuple[str, str]]:
    """The limits beside break-even and the most to pay for a target; intervals only where there are dead zones."""
    inputs = flip.inputs
    texts = [
        ("the sale price may fall by", money_or_none(room_to_fall(inputs), flip.currency)),
        ("most to pay to lose nothing", money_or_none(max_buy(inputs), inputs.terms.buy_currency)),
    ]
    found = profitable(inputs)
    if len(found) > 1:
        texts.append(("earns at sale prices", "; ".join(_between(interval, flip.currency) for interval in found)))
    return texts


def _between(interval: Interval, currency: str) -> str:
    low = money(interval.low)
    return f"{low} to {money(interval.high, currency)}" if interval.high is not None else f"from {low} {currency}"
