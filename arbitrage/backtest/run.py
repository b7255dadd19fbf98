"""A backtest over products whose past is at hand. Reads nothing, writes nothing, sends nothing."""

from collections.abc import Iterable, Sequence

import numpy as np

from arbitrage.backtest.assumptions import Assumptions, Placebo
from arbitrage.backtest.dated import DatedTerms, Pair, days_of
from arbitrage.backtest.history import Past
from arbitrage.backtest.report import Report, after, durations, fates, profit_of, reliability, traded
from arbitrage.backtest.results import Money, Results, results
from arbitrage.backtest.sheets import Sheets
from arbitrage.backtest.signals import Span, fires
from arbitrage.backtest.trades import AFTER_DAYS, Trader
from products.marketplaces import PAIRS

FEES = (
    "What Keepa says of a product (its own fees, package, category) is what it says today; fee tables, VAT, surcharges"
    " and exchange rates are those of each day."
)
PLACEBOS = {
    Placebo.SHIFT: "Placebo: the source's prices in the signal were 30 days old.",
    Placebo.SWAP: "Placebo: bought where the signal said to sell, and the other way round.",
}


def backtest(
    batches: Iterable[Sequence[Past]], pairs: Sequence[Pair], dated: DatedTerms, rules: Assumptions, span: Span
) -> Report:
    """Try a threshold on the past of any number of products, a batch in memory at a time."""
    found: list[Results] = []
    products = estimates = 0
    for pasts in batches:
        own = carried_out(pasts, pairs, dated, rules, span)
        estimates += _estimates(own, pasts, dated)
        found.append(_numbered(own, products))
        products += len(pasts)
    every = _joined(found)
    bins, score = reliability(every)
    return Report(
        assumptions=rules,
        first=span.first,
        last=span.last,
        products=products,
        routes=len(pairs),
        fires=len(every.trades),
        fired_products=len({trade.fire.place for trade in every.trades}),
        fates=fates(every),
        at_fire=profit_of(every.promised, every.promised.known),
        after=after(every),
        traded=traded(every, products, rules),
        lasting=durations(every),
        bins=bins,
        brier=score,
        estimates=estimates,
        notes=(
            FEES,
            *dated.notes(int(days_of(np.array([span.first]))[0])),
            *([PLACEBOS[rules.placebo]] if rules.placebo else []),
        ),
    )


def carried_out(
    pasts: Sequence[Past], pairs: Sequence[Pair], dated: DatedTerms, rules: Assumptions, span: Span
) -> Results:
    """Every fire of these products, what became of it and what it was worth."""
    sheets = Sheets(pasts, dated)
    trades = Trader(pasts, rules).trades(fires(pasts, pairs, dated, sheets, rules, span))
    return results(trades, pasts, dated, sheets, rules)


def _estimates(found: Results, pasts: Sequence[Past], dated: DatedTerms) -> int:
    """How many fires rest on a price without shipping, on NEW in place of the buy box, or on an old exchange rate."""
    count = 0
    for trade in found.trades:
        pair = PAIRS[trade.fire.row]
        source, target = (pasts[trade.fire.place].legs[code] for code in pair)
        unsure = source.without_shipping(trade.fire.known, trade.fire.buy) or target.asked is None
        count += unsure or bool(dated.stale(pair, days_of(np.array([trade.bought])))[0])
    return count


def _numbered(found: Results, first: int) -> Results:
    """With products counted from the first of all batches."""
    trades = (trade._replace(fire=trade.fire._replace(place=trade.fire.place + first)) for trade in found.trades)
    return found._replace(trades=tuple(trades))


def _joined(found: Sequence[Results]) -> Results:
    return Results(
        trades=tuple(trade for one in found for trade in one.trades),
        chance=np.concatenate([np.zeros(0, np.int64), *(one.chance for one in found)]),
        promised=_money([one.promised for one in found]),
        realised=_money([one.realised for one in found]),
        later=tuple(_money([one.later[place] for one in found]) for place in range(len(AFTER_DAYS))),
    )


def _money(parts: Sequence[Money]) -> Money:
    empty = np.zeros(0, np.int64)
    return Money(
        net=np.concatenate([empty, *(part.net for part in parts)]),
        cost=np.concatenate([empty, *(part.cost for part in parts)]),
        net_eur=np.concatenate([empty, *(part.net_eur for part in parts)]),
        known=np.concatenate([np.zeros(0, np.bool_), *(part.known for part in parts)]),
    )
