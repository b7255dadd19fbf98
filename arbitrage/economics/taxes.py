"""VAT and duty of one route by kind of goods (economics.md 1.6, 2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from arbitrage.economics.interned import STANDARD_CLASS, Goods
from arbitrage.economics.missing import Missing
from arbitrage.economics.profiles import PurchaseVat, SaleVat
from arbitrage.economics.rates import Rate, RateBook
from arbitrage.economics.terms import PurchaseTerms, SaleTerms, Terms

NO_DUTY = Missing("duty", "the customs duty rate")


@dataclass(frozen=True, slots=True)
class GoodsRates:
    """The rates of one kind of goods, or what is missing of them. `duty` is None where the profile names its own."""

    source: Rate | Missing
    stock: Rate | Missing
    target: Rate | Missing
    home: Rate | Missing
    duty: Rate | Missing | None


@dataclass(frozen=True)
class Taxes:
    """Where a route's VAT and duty come from: the countries of source, stock, target and seller.

    `by_class`: duty is that of the goods' class, not the profile's.
    """

    book: RateBook
    on: date
    source: str
    stock: str
    target: str
    home: str
    by_class: bool = False
    _known: dict[Goods, GoodsRates] = field(default_factory=dict, compare=False, repr=False)

    def of(self, goods: Goods) -> GoodsRates:
        """The rates of some goods; looked up once."""
        if goods not in self._known:
            source, stock, target, home = (
                self.book.vat_rate(country, self.on, goods.tax_class)
                for country in (self.source, self.stock, self.target, self.home)
            )
            self._known[goods] = GoodsRates(source, stock, target, home, self._duty(goods))
        return self._known[goods]

    def matters(self, goods: Goods | None) -> bool:
        """Whether these goods have other rates than the route's own terms."""
        return self.by_class or (goods is not None and goods.tax_class != STANDARD_CLASS)

    def _duty(self, goods: Goods) -> Rate | Missing | None:
        if not self.by_class:
            return None
        return self.book.duty(goods.duty_class, self.stock, self.on) if goods.duty_class else NO_DUTY


UNKNOWN_GOODS = Goods(STANDARD_CLASS, "")


def purchase_of(terms: Terms, goods: Goods | None) -> PurchaseTerms | tuple[Missing, ...]:
    """The purchase side for some goods (None: unknown ones, at the standard rates), or what is missing for it."""
    taxes = terms.taxes
    if taxes is None or not taxes.matters(goods):
        return terms.purchase
    rates, purchase = taxes.of(goods or UNKNOWN_GOODS), terms.purchase
    added = rates.stock if purchase.mode is PurchaseVat.GROSS_DELIVERY_VAT else rates.home
    used = [rates.source]
    used += [added] if purchase.added_vat else []
    used += [rates.stock] if purchase.import_vat else []
    used += [rates.duty] if purchase.duty and rates.duty else []
    return _missing(used) or replace(
        purchase,
        source_vat=rates.source if isinstance(rates.source, Rate) else purchase.source_vat,
        added_vat=_known(added, purchase.added_vat),
        import_vat=_known(rates.stock, purchase.import_vat),
        duty=_known(rates.duty, purchase.duty),
    )


def sale_of(terms: Terms, goods: Goods | None) -> SaleTerms | tuple[Missing, ...]:
    """The sale side for some goods, or what is missing for it."""
    taxes = terms.taxes
    if taxes is None or goods is None or goods.tax_class == STANDARD_CLASS:
        return terms.sale
    rates, sale = taxes.of(goods), terms.sale
    output = rates.home if sale.mode is SaleVat.ORIGIN_BELOW_THRESHOLD else rates.target
    used = [output] if sale.output_vat else []
    used += [rates.home] if sale.margin_vat else []
    return _missing(used) or replace(
        sale, output_vat=_known(output, sale.output_vat), margin_vat=_known(rates.home, sale.margin_vat)
    )


def doubts(terms: Terms, purchase: Goods | None, sale: Goods | None) -> Iterator[str]:
    """Rates of a route that stand for something not certain, as reasons for an estimate."""
    taxes = terms.taxes
    if taxes is None:
        return
    if taxes.by_class and purchase:
        duty = taxes.of(purchase).duty
        if isinstance(duty, Rate):
            yield f"the duty on {purchase.duty_class} stands for the product's own"
    sides = ((purchase, taxes.source), (sale, taxes.target))
    for goods, country in sides:
        if goods is not None and goods.tax_class != STANDARD_CLASS:
            rate = taxes.book.vat_rate(country, taxes.on, goods.tax_class)
            if isinstance(rate, Rate) and rate.is_doubtful:
                yield f"the VAT on {goods.tax_class} in {country} is not certain for every product"


def _missing(used: Sequence[Rate | Missing]) -> tuple[Missing, ...]:
    """What is missing of the rates that are used."""
    return tuple(dict.fromkeys(rate for rate in used if isinstance(rate, Missing)))


def _known(found: Rate | Missing | None, usual: Rate | None) -> Rate | None:
    """The goods' own rate in place of the usual one; nothing where none is due."""
    return found if usual is not None and isinstance(found, Rate) else usual
