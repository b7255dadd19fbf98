"""What is stored of an opportunity: the flip's numbers in Decimal, the simple figures, the score."""

from typing import Any

from arbitrage.detection.cases import Case, Disagreement
from arbitrage.economics import limits
from arbitrage.economics.amounts import converted
from arbitrage.economics.flip import Flip, evaluate
from arbitrage.lifecycle import Standing
from arbitrage.models import Opportunity
from arbitrage.scoring.appraisal import Appraisal
from arbitrage.scoring.judgement import judgement_of
from arbitrage.scoring.score import VERSION
from arbitrage.scoring.simple_figures import gross_margin, gross_profit, simple_net, simple_priority


def quick_values(case: Case) -> dict[str, Any]:
    """The columns that cost next to nothing to know; when none of them moved, the others hardly did."""
    figures, inputs = case.figures, case.inputs
    return {
        "buy_price": figures.buy_price,
        "buy_currency": inputs.terms.buy_currency,
        "sell_price": figures.sell_price,
        "reference_price": figures.sell_price if inputs.reference is None else inputs.reference,
        "currency": inputs.terms.currency,
        "net": figures.net,
        "net_eur": figures.net_eur,
        "roi": figures.roi,
        "is_estimate": inputs.is_estimate,
        "is_demo": case.source.is_demo or case.target.is_demo,
        "score_version": VERSION,
    }


def full_values(case: Case, appraisal: Appraisal) -> dict[str, Any]:
    """The columns from the Decimal form, its limits, the score and the simple figures.

    Raises Disagreement when the kernel came to another result.
    """
    flip = evaluate(case.inputs)
    _agree(case, flip)
    return {
        "fees": flip.fees,
        "margin": flip.margin,
        "max_buy": limits.max_buy(case.inputs, roi=case.terms.target_roi),
        "break_even": limits.break_even(case.inputs),
        "net_without_refund": flip.net_if_vat_lost,
        "simple_confidence": appraisal.simple_confidence,
        **judgement_of(appraisal).columns(),
        **_simple(case),
    }


def _agree(case: Case, flip: Flip) -> None:
    figures = case.figures
    if (flip.net, flip.cost, flip.net_eur, flip.roi) != (figures.net, figures.cost, figures.net_eur, figures.roi):
        raise Disagreement(
            f"{case.source.product_id} {case.source.marketplace} to {case.target.marketplace}: the kernel says net"
            f" {figures.net}, cost {figures.cost}; in Decimal it is {flip.net}, {flip.cost}."
        )


def _simple(case: Case) -> dict[str, Any]:
    terms = case.inputs.terms
    buy, sell = converted(case.figures.buy_price, terms.purchase.conversion), case.figures.sell_price
    profit, margin = gross_profit(buy, sell), gross_margin(buy, sell)
    return {
        "gross_profit": profit,
        "gross_margin": margin,
        "simple_net": simple_net(buy, sell),
        "simple_priority": simple_priority(margin, converted(profit, terms.to_euro)),
    }


def standing_of(row: Opportunity) -> Standing:
    """What the lifecycle needs of a row."""
    return Standing(
        closed_at=row.closed_at,
        buy_price=row.buy_price,
        sell_price=row.sell_price,
        net=row.net,
        net_eur=row.net_eur,
        roi=row.roi,
        event_net_eur=row.event_net_eur,
        event_roi=row.event_roi,
        is_estimate=row.is_estimate,
    )
