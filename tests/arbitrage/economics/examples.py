"""The worked examples of economics.md 1.8 as inputs, and a way to run any inputs through the kernel."""

from dataclasses import replace
from datetime import date

import numpy as np

from arbitrage.economics.charges import Referral
from arbitrage.economics.inputs import FlipInputs
from arbitrage.economics.interned import RULES
from arbitrage.economics.kernel import INDEX, Columns, price
from arbitrage.economics.missing import Incomplete
from arbitrage.economics.profiles import Fulfilment, PurchaseVat, Regime, Returns, SaleVat
from arbitrage.economics.rates import Conversion, Rate
from arbitrage.economics.table_columns import NAMES
from arbitrage.economics.terms import PurchaseTerms, SaleTerms, Terms
from products.marketplaces import PAIRS

DAY = date(2026, 9, 15)
EUROS = Conversion("EUR", "EUR")
POUNDS = Conversion("GBP", "EUR", 100_000, 85_463, date(2026, 9, 30), 1, "ECB")


def rate(percent: str, *, on_fulfilment: bool = False) -> Rate:
    """A rate in percent, valid from the day of the examples."""
    return Rate(round(float(percent) * 10_000), DAY, "example", on_fulfilment=on_fulfilment)


FUEL = rate("1.5")
TOY = Terms(
    source="IT",
    target="DE",
    regime=Regime.VAT_REGISTERED,
    purchase=PurchaseTerms(PurchaseVat.NET_INTRA_EU, rate("22"), EUROS, inbound=150),
    sale=SaleTerms(
        SaleVat.DOMESTIC, Fulfilment.FBA_LOCAL, "EUR", rate("19"), fuel=FUEL, digital_services=rate("0"), storage=18
    ),
    to_euro=EUROS,
)
E1A = FlipInputs(TOY, buy=4999, sale=7999, referral=150_000, fba=315)


def bought(inputs: FlipInputs, mode: PurchaseVat, **changes: object) -> FlipInputs:
    """The same flip with another purchase."""
    purchase = replace(inputs.terms.purchase, mode=mode, **changes)  # type: ignore[arg-type]  # field names of the examples
    return replace(inputs, terms=replace(inputs.terms, purchase=purchase))


def sold(inputs: FlipInputs, **changes: object) -> FlipInputs:
    """The same flip with other terms of sale."""
    sale = replace(inputs.terms.sale, **changes)  # type: ignore[arg-type]  # field names of the examples
    return replace(inputs, terms=replace(inputs.terms, sale=sale))


def taxed_as(inputs: FlipInputs, regime: Regime) -> FlipInputs:
    """The same flip under another regime; the terms that follow from it are changed by the caller."""
    return replace(inputs, terms=replace(inputs.terms, regime=regime))


def with_returns(inputs: FlipInputs, returns: Returns) -> FlipInputs:
    """The same flip with something known about returns."""
    return replace(inputs, terms=replace(inputs.terms, returns=returns))


def small(inputs: FlipInputs, vat: str) -> FlipInputs:
    """A small business: no output VAT, and its own VAT on fees and services is a cost."""
    free = sold(inputs, output_vat=None, fee_vat=rate(vat), mode=SaleVat.EXEMPT_SME)
    return taxed_as(bought(free, inputs.terms.purchase.mode, service_vat=rate(vat)), Regime.SMALL_BUSINESS)


E1B = bought(small(E1A, "19"), PurchaseVat.GROSS_NOT_RECOVERABLE)
E1C = replace(
    taxed_as(
        sold(bought(E1A, PurchaseVat.PRIVATE_NO_VAT), output_vat=None, margin_vat=rate("19")), Regime.MARGIN_SCHEME
    ),
    buy=3000,
    sale=5999,
)
E1A_LOST = bought(E1A, PurchaseVat.GROSS_NOT_RECOVERABLE)
E1B_DELIVERED = bought(E1B, PurchaseVat.GROSS_DELIVERY_VAT, added_vat=rate("19"))

TEA = Terms(
    source="UK",
    target="DE",
    regime=Regime.VAT_REGISTERED,
    purchase=PurchaseTerms(
        PurchaseVat.EXPORT_ZERO_RATED,
        rate("20"),
        POUNDS,
        spread=10_000,
        inbound=90,
        freight=250,
        brokerage=100,
        duty=rate("4.7"),
        import_vat=rate("19"),
    ),
    sale=replace(TOY.sale, storage=10),
    to_euro=EUROS,
)
E2A = FlipInputs(TEA, buy=3999, sale=8499, referral=150_000, fba=313)
E2A_LOST = bought(E2A, PurchaseVat.GROSS_NOT_RECOVERABLE)
E2B = bought(small(E2A, "19"), PurchaseVat.EXPORT_ZERO_RATED, import_vat_is_cost=True)

HOME = Terms(
    source="ES",
    target="FR",
    regime=Regime.VAT_REGISTERED,
    purchase=PurchaseTerms(PurchaseVat.NET_INTRA_EU, rate("21"), EUROS, inbound=110),
    sale=replace(TOY.sale, output_vat=rate("20"), digital_services=rate("3", on_fulfilment=True), storage=12),
    to_euro=EUROS,
)
E3A = FlipInputs(HOME, buy=3190, sale=5490, referral=150_000, fba=507)
E3A_EFN = replace(sold(E3A, fulfilment=Fulfilment.FBA_EFN, mode=SaleVat.OSS), fba=705)
E3A_PEAK = replace(E3A_EFN, fba=753)
E3B = bought(small(E3A, "20"), PurchaseVat.GROSS_NOT_RECOVERABLE)

ALL = {
    "1A": E1A, "1B": E1B, "1C": E1C, "1A'": E1A_LOST, "1B'": E1B_DELIVERED, "2A": E2A, "2A'": E2A_LOST, "2B": E2B,
    "3A": E3A, "3A-EFN": E3A_EFN, "3A-EFN peak": E3A_PEAK, "3B": E3B,
}  # fmt: skip


def columns_for(inputs: FlipInputs) -> Columns:
    """One product with everything that one flip needs, and nothing else."""
    table = {name: np.full((5, 1), -1, np.int64) for name in NAMES}
    target = INDEX[inputs.terms.target]
    efn = inputs.terms.sale.fulfilment is Fulfilment.FBA_EFN
    referral = inputs.charges.referral if inputs.charges else Referral(inputs.referral)
    table["buy"][INDEX[inputs.terms.source]] = inputs.buy
    values = {
        "sale": inputs.sale,
        "referral": inputs.referral,
        "efn" if efn else "fba": inputs.fba,
        "closing": inputs.closing,
        "rule": RULES.code(referral.rule),
        "home": -1 if referral.home is None else referral.home,
        "minimum": inputs.least_referral,
        "low": -1 if inputs.low is None else inputs.low,
        "limit": -1 if inputs.limit is None else inputs.limit,
    }
    for name, value in values.items():
        table[name][target] = value
    return Columns(**table)


def through_kernel(inputs: FlipInputs) -> dict[str, int]:
    """What the kernel says about one flip."""
    terms, columns = inputs.terms, columns_for(inputs)
    pair = (terms.source, terms.target)
    table = {other: terms if other == pair else Incomplete(*other, ()) for other in PAIRS}
    priced, row = price(table, columns), PAIRS.index(pair)
    assert priced.complete.sum() == 1
    names = ("net", "net_eur", "cost", "revenue", "fees", "roi")
    return {name: int(getattr(priced, name)[row, 0]) for name in names}
