"""The terms of a route: everything about a flip except the product's own prices and fees.

Built once for (profile, rates, day) and read by both implementations of the arithmetic, so they cannot disagree
about an input. Amounts are minor units of the *target's* currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from arbitrage.economics.missing import Incomplete
from arbitrage.economics.profiles import Fulfilment, PurchaseVat, Regime, Returns, SaleVat
from arbitrage.economics.rates import Conversion, Rate
from arbitrage.economics.storage import Storing
from arbitrage.economics.tables import NO_TABLES, DayTables

if TYPE_CHECKING:
    from arbitrage.economics.taxes import Taxes


@dataclass(frozen=True, slots=True)
class PurchaseTerms:
    """What turns the source's price into the landed cost (economics.md 1.3, 1.6).

    `source_vat` is the VAT inside the listed price. `added_vat` is put on the net price again: the delivery country's
    (GROSS_DELIVERY_VAT), or the seller's own on a net invoice where it cannot be deducted. `service_vat` is paid on
    brokerage, inbound and prep by who cannot deduct it. `duty` and `import_vat` are set on a UK leg alone, `spread`
    (ppm) where currencies differ. Where `import_vat_is_postponed` it is declared and deducted at once.
    """

    mode: PurchaseVat
    source_vat: Rate
    conversion: Conversion
    added_vat: Rate | None = None
    spread: int = 0
    inbound: int = 0
    prep: int = 0
    service_vat: Rate | None = None
    freight: int = 0
    brokerage: int = 0
    duty: Rate | None = None
    import_vat: Rate | None = None
    import_vat_is_cost: bool = False
    import_vat_is_postponed: bool = False

    @property
    def prefinances_import_vat(self) -> bool:
        """Whether import VAT is paid first and refunded later."""
        return not (self.import_vat_is_cost or self.import_vat_is_postponed)


@dataclass(frozen=True, slots=True)
class SaleTerms:
    """What turns the sale price into net revenue and fees (economics.md 1.4, 1.5).

    `output_vat` is None where none is due (small business). With `margin_vat` (margin scheme) VAT is due on the
    difference of the two prices instead. `fee_vat` is None where VAT on fees is deducted. `per_item` is the fee of the
    individual plan; `no_cep` is added to a fulfilment fee of the tables at the Central Europe Programme's price.
    `shipping` are the bands of the seller's own parcels, (grams up to, amount), the lightest first. With `storing`
    storage is by volume, in place of the amount `storage`.
    """

    mode: SaleVat
    fulfilment: Fulfilment
    currency: str
    output_vat: Rate | None
    fuel: Rate
    digital_services: Rate
    margin_vat: Rate | None = None
    storage: int = 0
    storing: Storing | None = None
    per_item: int = 0
    no_cep: int = 0
    fee_vat: Rate | None = None
    shipping: tuple[tuple[int, int], ...] = ()

    def parcel(self, weight: int | None) -> int | None:
        """What a parcel of a packed weight (g) costs: the lightest band that holds it; None where none does."""
        if weight is None or weight <= 0:
            return None
        return next((amount for up_to, amount in self.shipping if weight <= up_to), None)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a directed pair. `to_euro` converts results for sorting; `estimates` says why it is an estimate.

    `purchase` and `sale` carry the rates of standard goods; `taxes` knows those of others, `tables` the day's fees.
    """

    source: str
    target: str
    regime: Regime
    purchase: PurchaseTerms
    sale: SaleTerms
    to_euro: Conversion
    profile: str = ""
    returns: Returns | None = None
    estimates: tuple[str, ...] = ()
    tables: DayTables = field(default=NO_TABLES, compare=False, repr=False)
    taxes: Taxes | None = field(default=None, compare=False, repr=False)

    @property
    def buy_currency(self) -> str:
        """The currency of the price to pay: the source's."""
        return self.purchase.conversion.origin

    @property
    def currency(self) -> str:
        """The currency of every printed amount: the target's."""
        return self.sale.currency


TermsTable = Mapping[tuple[str, str], Terms | Incomplete]
"""All 20 pairs of one profile on one day."""
