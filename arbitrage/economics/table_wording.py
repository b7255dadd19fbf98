"""The fee tables of a day as lines of text."""

from collections.abc import Iterator
from itertools import groupby

from arbitrage.economics.referral import ReferralRule
from arbitrage.economics.tables import Cell, DayTables
from arbitrage.economics.wording import money, percent
from products.marketplaces import MARKETPLACES


def table_lines(day: DayTables, store: str) -> Iterator[str]:
    """Referral rules, FBA, storage and everything else of a store."""
    currency = MARKETPLACES[store].currency
    yield f"  referral fee, {currency}"
    rules = [rule for (_, of), rule in day.referral.items() if of == currency]
    for rule in sorted(rules, key=lambda rule: rule.category):
        yield f"    {rule.category}: {_tiers(rule)} (from {rule.valid_from}; {rule.source}; {rule.confidence})"
    own = sorted((kind, tier) for kind, of, tier in day.amounts if of in {store, ""} and _concerns(kind, store))
    for kind, tiers in groupby(own, key=lambda entry: entry[0]):
        yield f"  {kind.replace('_', ' ')}"
        for _, tier in tiers:
            cells = day.amounts.get((kind, store, tier)) or day.amounts[kind, "", tier]
            yield _cells(tier, cells)


def _concerns(kind: str, store: str) -> bool:
    """EFN among the countries of the EU is none of the UK store's."""
    return MARKETPLACES[store].in_eu or kind not in {"efn", "efn_peak", "efn_from_uk"}


def _cells(tier: str, cells: tuple[Cell, ...]) -> str:
    first = cells[0]
    name = f"{tier}: " if tier else ""
    amounts = ", ".join(map(_cell, cells))
    return f"    {name}{amounts} (from {first.valid_from}; {first.source}; {first.confidence})"


def _cell(cell: Cell) -> str:
    words = [money(cell.amount)]
    if cell.up_to:
        words.append(f"to {cell.up_to} g")
    if cell.per_step:
        words.append(f"+ {money(cell.per_step)} per {cell.step} g")
    if cell.months:
        words.append(f"per {cell.unit}, months {cell.months}")
    return " ".join(words)


def _tiers(rule: ReferralRule) -> str:
    parts = []
    for number, segment in enumerate(rule.segments):
        border = f" to {money(segment.upto)}" if segment.upto is not None else ""
        above = f" above {money(rule.segments[number - 1].upto or 0)}" if segment.base else ""
        parts.append(f"{percent(segment.rate)}{above}{border}")
    return ", ".join(parts)
