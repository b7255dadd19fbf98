"""Everything a scenario may change: each field of a seller profile, and offsets on all prices."""

from dataclasses import dataclass, replace
from typing import Any

from django.db import models

from arbitrage.economics.loading import AMOUNTS, LARGEST_VALUES, SHARES
from arbitrage.models import SellerProfile
from arbitrage.whatif.kinds import Choice, Countries, Country, Kind, Number, PurchaseModes, Switch, Value

BUY_OFFSET = "buy_offset"
SELL_OFFSET = "sell_offset"
PRICES, SELLER, COSTS, BORDER, RETURNS, THRESHOLDS, TURNOVER, OTHERS = (
    "Prices",
    "Seller and VAT",
    "Costs of a unit, without VAT",
    "UK border",
    "Returns",
    "Thresholds",
    "Turnover",
    "Others",
)


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter of a scenario. `in_profile`: a column of SellerProfile has this name. `empty`: what none means."""

    name: str
    label: str
    group: str
    kind: Kind
    in_profile: bool = True
    empty: str = ""

    def of(self, base: SellerProfile) -> Value:
        """Its value where the scenario says nothing."""
        return self.kind.of_row(getattr(base, self.name)) if self.in_profile else 0


def _euro(name: str, label: str, group: str, *, optional: bool = False) -> Field:
    return Field(name, label, group, Number("EUR", 2, 0, LARGEST_VALUES.get(name, 10_000_000), optional))


def _share(name: str, label: str, group: str, *, optional: bool = False) -> Field:
    return Field(name, label, group, Number("%", 4, 0, LARGEST_VALUES[name], optional))


def _ratio(name: str, label: str) -> Field:
    return Field(name, label, THRESHOLDS, Number("%", 2, 0, 100_000))


def _turnover(name: str, label: str) -> Field:
    return Field(name, label, TURNOVER, Number("EUR", 2, 0, 99_999_999_999, optional=True))


def _offset(name: str, label: str) -> Field:
    return Field(name, label, PRICES, Number("%", 2, -9_900, 100_000), in_profile=False)


def _choices(given: list[tuple[str, str]]) -> Choice:
    return Choice(tuple((str(value), str(label)) for value, label in given))


def _other(column: models.Field[Any, Any]) -> Field | None:
    """The field of a column that no line below names: of a kind that follows from the column's type."""
    label = str(column.verbose_name).capitalize()
    if column.name in SHARES:
        return _share(column.name, label, OTHERS, optional=column.null)
    if column.name in AMOUNTS:
        return _euro(column.name, label, OTHERS, optional=column.null)
    if isinstance(column, models.BooleanField):
        return Field(column.name, label, OTHERS, Switch())
    if column.choices:
        return Field(column.name, label, OTHERS, _choices(list(column.flatchoices)))
    return None


_NAMED = (
    _offset(BUY_OFFSET, "Buy prices change by"),
    _offset(SELL_OFFSET, "Sale prices change by"),
    _share("fx_spread", "Conversion spread", PRICES),
    _euro("prep", "Prep", COSTS),
    _euro("inbound", "Inbound", COSTS),
    replace(_euro("storage", "Storage until sold", COSTS, optional=True), empty="by volume and month"),
    Field("storage_days", "Days in storage, by volume", COSTS, Number("days", 0, 0, LARGEST_VALUES["storage_days"])),
    Field("fulfilment", "Fulfilment", SELLER, _choices(SellerProfile.Fulfilment.choices)),
    Field("country", "Seller's country", SELLER, Country()),
    Field("regime", "Tax regime", SELLER, _choices(SellerProfile.Regime.choices)),
    Field("uses_oss", "Uses OSS", SELLER, Switch()),
    Field("vat_registrations", "VAT registrations", SELLER, Countries()),
    Field("purchase_vat", "Purchase VAT by source", SELLER, PurchaseModes()),
    _euro("freight", "Freight to the border", BORDER, optional=True),
    _euro("brokerage", "Brokerage", BORDER, optional=True),
    _share("duty", "Duty", BORDER, optional=True),
    _share("return_rate", "Sales that come back", RETURNS, optional=True),
    _share("resaleable", "Returns sold again as new", RETURNS),
    _share("salvage", "Other returns bring", RETURNS),
    _euro("return_handling", "Handling of a return", RETURNS),
    _ratio("min_roi", "ROI at least"),
    _euro("min_profit", "Net profit at least", THRESHOLDS),
    _ratio("target_roi", "ROI for the maximum buy price"),
    _turnover("turnover_prior", "Domestic turnover, year before"),
    _turnover("turnover_current", "Domestic turnover, this year"),
    _turnover("turnover_abroad", "Sales to other member states"),
)
_TAKEN = {"id", "name", "is_default", "enabled", "is_demo", *(field.name for field in _NAMED)}
_COLUMNS = [column for column in SellerProfile._meta.concrete_fields if column.name not in _TAKEN]
FIELDS: tuple[Field, ...] = (*_NAMED, *(field for field in map(_other, _COLUMNS) if field))
BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}
