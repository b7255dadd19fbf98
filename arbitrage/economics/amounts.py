"""The amounts of a flip in Decimal: landed cost and proceeds, each line rounded, sums of rounded lines."""

from dataclasses import dataclass
from decimal import Decimal, localcontext

from arbitrage.economics.profiles import PurchaseVat
from arbitrage.economics.rates import Conversion, Rate
from arbitrage.economics.rounding import CONTEXT, PPM, half_up
from arbitrage.economics.terms import PurchaseTerms, SaleTerms


@dataclass(frozen=True, slots=True)
class Landed:
    """The purchase side, minor units of the target's currency except `net`, which is the source's.

    `recoverable` is VAT paid first and refunded later: import VAT unless its accounting is postponed, and the VAT of a
    deductible domestic purchase.
    """

    net: int
    goods: int
    customs_value: int
    freight: int
    duty: int
    brokerage: int
    import_vat: int
    inbound: int
    prep: int
    cost: int
    recoverable: int


@dataclass(frozen=True, slots=True)
class Proceeds:
    """The sale side, minor units of the target's currency. `fees` is without `fee_vat`."""

    sale: int
    output_vat: int
    revenue: int
    referral: int
    closing: int
    fba: int
    fuel: int
    digital_services: int
    storage: int
    per_item: int
    fees: int
    fee_vat: int

    @property
    def payout(self) -> int:
        """What is left of the revenue after fees and the VAT on them."""
        return self.revenue - self.fees - self.fee_vat


def landed(terms: PurchaseTerms, buy: int) -> Landed:
    """The landed cost of a listed price (economics.md 1.3, 1.6)."""
    with localcontext(CONTEXT):
        net = half_up(buy * PPM / (PPM + terms.source_vat.ppm))
        paid = buy if terms.mode.is_gross else net
        spread = (PPM + terms.spread) / PPM
        goods = half_up(_converted(paid * spread * (1 + fraction(terms.added_vat)), terms.conversion))
        customs_value = half_up(_converted(Decimal(paid), terms.conversion)) + terms.freight if terms.duty else 0
        duty = half_up(customs_value * fraction(terms.duty))
        import_vat = half_up((customs_value + duty) * fraction(terms.import_vat))
        brokerage, inbound, prep = (
            half_up(amount * (1 + fraction(terms.service_vat)))
            for amount in (terms.brokerage, terms.inbound, terms.prep)
        )
        cost = goods + terms.freight + duty + brokerage + inbound + prep
        refund = 0
        if terms.mode is PurchaseVat.DOMESTIC_DEDUCTIBLE:
            refund = half_up(_converted((buy - net) * spread, terms.conversion))
    return Landed(
        net=net,
        goods=goods,
        customs_value=customs_value,
        freight=terms.freight,
        duty=duty,
        brokerage=brokerage,
        import_vat=import_vat,
        inbound=inbound,
        prep=prep,
        cost=cost + import_vat if terms.import_vat_is_cost else cost,
        recoverable=refund + (import_vat if terms.prefinances_import_vat else 0),
    )


def proceeds(terms: SaleTerms, sale: int, *, buy: int, referral: int, fba: int, closing: int) -> Proceeds:
    """What a sale leaves (economics.md 1.4, 1.5). `referral`, `fba` and `closing` are amounts at this price.

    `buy` matters to the margin scheme alone, in the same currency.
    """
    with localcontext(CONTEXT):
        if terms.margin_vat:
            margin_vat = Decimal(terms.margin_vat.ppm)
            revenue = sale - half_up(max(0, sale - buy) * margin_vat / (PPM + margin_vat))
        else:
            revenue = half_up(sale / (1 + fraction(terms.output_vat)))
        fuel = half_up(fba * fraction(terms.fuel))
        base = referral + closing + (fba + fuel if terms.digital_services.on_fulfilment else 0)
        digital_services = half_up(base * fraction(terms.digital_services))
        fees = referral + closing + fba + fuel + digital_services + terms.storage + terms.per_item
        fee_vat = half_up(fees * fraction(terms.fee_vat))
    return Proceeds(
        sale=sale,
        output_vat=sale - revenue,
        revenue=revenue,
        referral=referral,
        closing=closing,
        fba=fba,
        fuel=fuel,
        digital_services=digital_services,
        storage=terms.storage,
        per_item=terms.per_item,
        fees=fees,
        fee_vat=fee_vat,
    )


def fraction(rate: Rate | None) -> Decimal:
    """A rate as a number: 19 % is 0.19; none is 0."""
    return rate.ppm / PPM if rate else Decimal(0)


def converted(amount: int, conversion: Conversion) -> int:
    """An amount in the other currency, rounded half-up, without spread."""
    with localcontext(CONTEXT):
        return half_up(_converted(Decimal(amount), conversion))


def _converted(amount: Decimal, conversion: Conversion) -> Decimal:
    return amount * conversion.numerator / conversion.denominator
