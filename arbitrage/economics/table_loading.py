"""From the rows of the fee tables to their value; kept by the process until a table changes."""

from collections.abc import Iterable
from uuid import UUID

from arbitrage.economics.referral import ReferralRule, parse_tiers
from arbitrage.economics.sizes import Tier
from arbitrage.economics.tables import AmountKey, Category, Cell, Dated, FeeTables, Key
from arbitrage.models import CategoryMapping, FeeAmount, ReferralRate, SizeTier, TablesStamp

_kept: dict[UUID, FeeTables] = {}


def load_tables() -> FeeTables:
    """The fee tables of all days: one query while they are unchanged, four more after a change.

    Raises InvalidRate when a referral rule cannot be read.
    """
    stamp = TablesStamp.objects.values_list("value", flat=True).first()
    if stamp is None:
        return FeeTables()
    if stamp not in _kept:
        tables = _read()
        _kept.clear()
        _kept[stamp] = tables
    return _kept[stamp]


def _read() -> FeeTables:
    return FeeTables(
        referral=_referral(ReferralRate.objects.all()),
        amounts=_amounts(FeeAmount.objects.all()),
        tiers=[Dated(_tier(row), row.valid_from, row.valid_to) for row in SizeTier.objects.all()],
        categories=_categories(CategoryMapping.objects.all()),
    )


def _referral(rows: Iterable[ReferralRate]) -> dict[Key, list[Dated[ReferralRule]]]:
    found: dict[Key, list[Dated[ReferralRule]]] = {}
    for row in rows:
        rule = ReferralRule(row.category, parse_tiers(row.tiers), row.valid_from, row.source, row.confidence)
        found.setdefault((row.category, row.currency), []).append(Dated(rule, row.valid_from, row.valid_to))
    return found


def _amounts(rows: Iterable[FeeAmount]) -> dict[AmountKey, list[Dated[Cell]]]:
    found: dict[AmountKey, list[Dated[Cell]]] = {}
    for row in rows:
        cell = Cell(
            amount=row.amount,
            up_to=row.up_to,
            per_step=row.per_step,
            step=row.step,
            months=row.months,
            unit=row.unit,
            valid_from=row.valid_from,
            source=row.source,
            confidence=row.confidence,
        )
        found.setdefault((row.kind, row.store, row.tier), []).append(Dated(cell, row.valid_from, row.valid_to))
    return found


def _tier(row: SizeTier) -> Tier:
    return Tier(
        name=row.name,
        rank=row.rank,
        longest=row.longest,
        middle=row.middle,
        shortest=row.shortest,
        max_girth=row.max_girth,
        max_weight=row.max_weight,
        max_dimensional=row.max_dimensional,
        dimensional=row.dimensional,
    )


def _categories(rows: Iterable[CategoryMapping]) -> dict[str, list[Dated[Category]]]:
    found: dict[str, list[Dated[Category]]] = {}
    for row in rows:
        category = Category(
            name=row.name,
            fee_categories=tuple(name.strip() for name in row.fee_categories.split("|")),
            tax_class=row.tax_class,
            duty_class=row.duty_class,
            low_price_special=row.low_price_special,
            media=row.media,
            storage=row.storage,
            returns=row.returns,
            confidence=row.confidence,
        )
        found.setdefault(row.name.casefold(), []).append(Dated(category, row.valid_from, row.valid_to))
    return found
