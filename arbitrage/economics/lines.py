"""The printed lines of a flip: each amount with its arithmetic, its rate, who says so and since when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from arbitrage.economics.amounts import Landed, Proceeds
from arbitrage.economics.charges import FulfilmentCharge
from arbitrage.economics.inputs import FlipInputs
from arbitrage.economics.profiles import Fulfilment, PurchaseVat
from arbitrage.economics.rates import EURO, Rate
from arbitrage.economics.referral import Segment
from arbitrage.economics.rounding import PPM, half_up
from arbitrage.economics.storage import DAYS_PER_MONTH, Stored
from arbitrage.economics.tables import Cell
from arbitrage.economics.wording import money, per_euro, percent, percent_of, quote, volume

KEEPA = "Keepa"


class Kind(StrEnum):
    """Which sum a line belongs to. Only `INFO` lines are in none."""

    REVENUE = "revenue"
    FEE = "fee"
    COST = "cost"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line. `amount` is signed as it enters the net profit: minor units of `currency`.

    `formula` shows the arithmetic with its numbers, `rate` the rate used ("19 %"), `source` who says so.
    """

    code: str
    label: str
    kind: Kind
    amount: int
    currency: str
    formula: str = ""
    rate: str = ""
    source: str = ""
    valid_from: date | None = None


def lines(inputs: FlipInputs, cost: Landed, sale: Proceeds) -> Iterator[Line]:
    """All lines in reading order: the sale, Amazon's fees, the purchase."""
    printer = _Printer(inputs, cost, sale)
    yield from printer.revenue()
    yield from printer.fees()
    yield from printer.purchase()
    yield from printer.border()
    yield from printer.services()


class _Printer:
    def __init__(self, inputs: FlipInputs, cost: Landed, sale: Proceeds) -> None:
        self.inputs, self.cost, self.sale = inputs, cost, sale
        self.terms = inputs.terms
        self.said = f"seller profile {inputs.terms.profile}".strip()

    def revenue(self) -> Iterator[Line]:
        terms, sale = self.terms.sale, self.sale
        yield self._line(
            "sale_price", "sale price", Kind.REVENUE, sale.sale, source=KEEPA, valid_from=self.inputs.seen[1]
        )
        if terms.margin_vat:
            spread = max(0, sale.sale - self.inputs.buy)
            rate = terms.margin_vat
            formula = f"({money(sale.sale)} - {money(self.inputs.buy)} = {money(spread)}) * r / (1 + r)"
            yield self._rated("output_vat", "VAT on the margin", Kind.REVENUE, -sale.output_vat, rate, formula)
        elif terms.output_vat:
            formula = f"{money(sale.sale)} - {money(sale.sale)} / (1 + {percent_of(terms.output_vat)})"
            yield self._rated(
                "output_vat", "VAT on the sale", Kind.REVENUE, -sale.output_vat, terms.output_vat, formula
            )

    def fees(self) -> Iterator[Line]:
        terms, sale = self.terms.sale, self.sale
        yield self._referral()
        if sale.closing:
            cell = self.inputs.charges.closing_cell if self.inputs.charges else None
            yield self._said_by(cell, "closing", "closing fee", -sale.closing)
        if terms.fulfilment is Fulfilment.FBM:
            yield self._parcel()
        else:
            yield self._fulfilment()
            formula = f"{percent_of(terms.fuel)} * {money(sale.fba)}"
            yield self._rated("fuel", "fuel surcharge", Kind.FEE, -sale.fuel, terms.fuel, formula)
        yield self._digital_services(terms.digital_services)
        if self.inputs.stored:
            yield self._storage(self.inputs.stored)
        elif sale.storage:
            yield self._line("storage", "storage", Kind.FEE, -sale.storage, source=self.said)
        if sale.per_item:
            cell = self.terms.tables.cell("per_item", self.terms.target)
            yield self._said_by(cell, "per_item", "fee per item", -sale.per_item)
        if terms.fee_vat:
            formula = f"{percent_of(terms.fee_vat)} * {money(sale.fees)}"
            yield self._rated("fee_vat", "VAT on fees, not deducted", Kind.FEE, -sale.fee_vat, terms.fee_vat, formula)

    def _storage(self, stored: Stored) -> Line:
        cell = stored.cell
        rate = f"{money(cell.amount)} per {cell.unit} a month"
        formula = f"{volume(stored.volume, cell.unit)} * {money(cell.amount)} * {stored.days} / {DAYS_PER_MONTH} days"
        return self._line(
            "storage",
            "storage",
            Kind.FEE,
            -self.sale.storage,
            formula=formula,
            rate=rate,
            source=cell.source,
            valid_from=cell.valid_from,
        )

    def _referral(self) -> Line:
        """Keepa's rate, or the rule of the fee category where the sale price left the segment of Keepa's."""
        price, amount = self.sale.sale, -self.sale.referral
        rule = self.inputs.charges.referral.rule if self.inputs.charges else None
        ruled = rule is not None and self.inputs.uses_rule
        part = rule.segments[rule.place(price)] if rule and ruled else Segment(None, self.inputs.referral)
        rate, base = percent(part.rate), money(half_up(part.base / PPM))
        formula = f"{rate} * {money(price)}" + (f" + {base}" if part.base else "")
        if part.fee(price) < self.inputs.least_referral:
            formula = f"at least {money(self.inputs.least_referral)}"
        name = f"{rule.source}: {rule.category.replace('_', ' ')}" if rule and ruled else KEEPA
        since = rule.valid_from if rule and ruled else self.inputs.seen[1]
        return self._line(
            "referral", "referral fee", Kind.FEE, amount, formula=formula, rate=rate, source=name, valid_from=since
        )

    def _fulfilment(self) -> Line:
        charges, efn = self.inputs.charges, self.terms.sale.fulfilment is Fulfilment.FBA_EFN
        known = (charges.efn if efn else charges.fba) if charges else None
        label = "fulfilment fee (EFN)" if efn else "fulfilment fee"
        if known is None or known.keepa:
            moved = ", moved to the low price" if self._is_moved(known) else ""
            return self._line(
                "fba", label, Kind.FEE, -self.sale.fba, source=KEEPA + moved, valid_from=self.inputs.seen[1]
            )
        tier = known.tier.name.replace("_", " ") if known.tier else ""
        formula = f"{tier}, low price" if self.inputs.is_low_price else tier
        formula += ", dangerous goods" if known.hazmat else ""
        return self._said_by(known.cell, "fba", label, -self.sale.fba, formula=formula)

    def _parcel(self) -> Line:
        weight = self.inputs.parcel or 0
        band = next((up_to for up_to, _ in self.terms.sale.shipping if weight <= up_to), weight)
        formula = f"parcel of {weight} g, in the band up to {band} g"
        return self._line(
            "shipping", "own shipping", Kind.FEE, -self.sale.fba, formula=formula, source=f"{self.said}, shipping table"
        )

    def _is_moved(self, known: FulfilmentCharge | None) -> bool:
        """Whether Keepa's fee is for the other side of the low-price limit."""
        charges = self.inputs.charges
        if known is None or charges is None or known.low is None or known.limit is None:
            return False
        return charges.reference is None or (charges.reference <= known.limit) != self.inputs.is_low_price

    def _said_by(self, cell: Cell | None, code: str, label: str, amount: int, formula: str = "") -> Line:
        """A fee from the tables, or from Keepa where there is no cell."""
        source, since = (cell.source, cell.valid_from) if cell else (KEEPA, self.inputs.seen[1])
        return self._line(code, label, Kind.FEE, amount, formula=formula, source=source, valid_from=since)

    def _digital_services(self, rate: Rate) -> Line:
        sale = self.sale
        parts = [sale.referral, sale.closing, *((sale.fba, sale.fuel) if rate.on_fulfilment else ())]
        base = " + ".join(money(part) for part in parts if part)
        formula = f"{percent_of(rate)} * ({base})"
        return self._rated("digital_services", "digital services fee", Kind.FEE, -sale.digital_services, rate, formula)

    def purchase(self) -> Iterator[Line]:
        terms, cost, buy = self.terms.purchase, self.cost, self.inputs.buy
        currency = self.terms.buy_currency
        yield self._line(
            "buy_price",
            "listed price",
            Kind.INFO,
            -buy,
            currency=currency,
            source=KEEPA,
            valid_from=self.inputs.seen[0],
        )
        if not terms.mode.is_gross:
            formula = f"{money(buy)} / (1 + {percent_of(terms.source_vat)})"
            yield self._rated(
                "net_price", "price without VAT", Kind.INFO, -cost.net, terms.source_vat, formula, currency=currency
            )
        conversion = terms.conversion
        yield self._line(
            "goods",
            "goods",
            Kind.COST,
            -cost.goods,
            formula=self._goods_formula(buy if terms.mode.is_gross else cost.net),
            rate=quote(conversion),
            source=conversion.source or f"purchase VAT {terms.mode}",
            valid_from=conversion.day,
        )
        if terms.mode is PurchaseVat.DOMESTIC_DEDUCTIBLE:
            refund = cost.recoverable - (cost.import_vat if terms.prefinances_import_vat else 0)
            yield self._rated("refund", "VAT paid and refunded", Kind.INFO, -refund, terms.source_vat, "")

    def _goods_formula(self, paid: int) -> str:
        terms = self.terms.purchase
        parts = [money(paid, self.terms.buy_currency)]
        if terms.conversion.day:
            sign = "*" if terms.conversion.origin == EURO else "/"
            parts.append(f"{sign} {per_euro(terms.conversion):f}")
        if terms.spread:
            parts.append(f"* (1 + {percent(terms.spread)} spread)")
        if terms.added_vat:
            parts.append(f"* (1 + {percent_of(terms.added_vat)} VAT)")
        return " ".join(parts) if len(parts) > 1 else ""

    def border(self) -> Iterator[Line]:
        terms, cost = self.terms.purchase, self.cost
        if not (terms.duty and terms.import_vat):
            return
        yield self._line("freight", "freight to the border", Kind.COST, -cost.freight, source=self.said)
        formula = f"{percent_of(terms.duty)} * {money(cost.customs_value)} customs value"
        yield self._rated("duty", "customs duty", Kind.COST, -cost.duty, terms.duty, formula)
        yield self._service("brokerage", "customs brokerage", terms.brokerage, cost.brokerage)
        formula = f"{percent_of(terms.import_vat)} * ({money(cost.customs_value)} + {money(cost.duty)})"
        kind = Kind.COST if terms.import_vat_is_cost else Kind.INFO
        label = "import VAT" if terms.import_vat_is_cost else "import VAT, refunded"
        if terms.import_vat_is_postponed and not terms.import_vat_is_cost:
            label = "import VAT, declared and deducted at once"
        yield self._rated("import_vat", label, kind, -cost.import_vat, terms.import_vat, formula)

    def services(self) -> Iterator[Line]:
        terms, cost = self.terms.purchase, self.cost
        if cost.inbound:
            yield self._service("inbound", "transport to the warehouse", terms.inbound, cost.inbound)
        if cost.prep:
            yield self._service("prep", "preparation", terms.prep, cost.prep)

    def _service(self, code: str, label: str, net: int, amount: int) -> Line:
        vat = self.terms.purchase.service_vat
        formula = f"{money(net)} * (1 + {percent_of(vat)} VAT)" if vat else ""
        return self._line(code, label, Kind.COST, -amount, formula=formula, rate=percent_of(vat), source=self.said)

    def _rated(
        self, code: str, label: str, kind: Kind, amount: int, rate: Rate, formula: str, currency: str = ""
    ) -> Line:
        since = None if rate.valid_from == date.min else rate.valid_from
        return self._line(
            code,
            label,
            kind,
            amount,
            formula=formula,
            rate=percent(rate.ppm),
            source=rate.source,
            valid_from=since,
            currency=currency,
        )

    def _line(
        self,
        code: str,
        label: str,
        kind: Kind,
        amount: int,
        *,
        formula: str = "",
        rate: str = "",
        source: str = "",
        valid_from: date | None = None,
        currency: str = "",
    ) -> Line:
        return Line(code, label, kind, amount, currency or self.terms.currency, formula, rate, source, valid_from)
