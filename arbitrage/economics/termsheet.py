"""Filling in the terms of a route from a profile and the rates of a day; what is not known is collected by name."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from arbitrage.economics.missing import Incomplete, Missing
from arbitrage.economics.profiles import Fulfilment, Profile, PurchaseVat, Regime, Returns, SaleVat
from arbitrage.economics.rates import DUTY, EURO, Conversion, Rate, RateBook
from arbitrage.economics.rounding import half_up
from arbitrage.economics.routes import RoutePlan, plan_route
from arbitrage.economics.storage import Storing, storing_in
from arbitrage.economics.tables import Cell
from arbitrage.economics.taxes import NO_DUTY, Taxes
from arbitrage.economics.terms import PurchaseTerms, SaleTerms, Terms, TermsTable
from products.marketplaces import MARKETPLACES, PAIRS


def terms_table(profile: Profile, rates: RateBook, on: date) -> TermsTable:
    """The terms of all 20 directed pairs."""
    return {(source, target): terms_for(profile, rates, source, target, on) for source, target in PAIRS}


def terms_for(profile: Profile, rates: RateBook, source: str, target: str, on: date) -> Terms | Incomplete:
    """The terms of one pair on a day of sale, or all that is missing for them."""
    plan = plan_route(profile, source, target)
    sheet = _Sheet(profile, rates, plan, on)
    terms = sheet.terms()
    missing = tuple(dict.fromkeys((*plan.missing, *sheet.missing)))
    return Incomplete(source, target, missing) if missing else terms


class _Sheet:
    """One route being filled in. What a lookup did not find is noted and stands as nothing until `missing` is read."""

    def __init__(self, profile: Profile, rates: RateBook, plan: RoutePlan, on: date) -> None:
        self.profile, self.rates, self.plan, self.on = profile, rates, plan, on
        self.currency = MARKETPLACES[plan.target].currency
        self.tables = rates.tables.on(on)
        self.missing: list[Missing] = []
        self.from_euro = self._conversion(EURO, self.currency)

    def terms(self) -> Terms:
        purchase = self._purchase()
        to_euro = self._conversion(self.currency, EURO)
        return Terms(
            source=self.plan.source,
            target=self.plan.target,
            regime=self.profile.regime,
            purchase=purchase,
            sale=self._sale(),
            to_euro=to_euro,
            profile=self.profile.name,
            returns=self._returns(),
            estimates=self._estimates(purchase.conversion),
            tables=self.tables,
            taxes=Taxes(
                book=self.rates,
                on=self.on,
                source=self.plan.source,
                stock=self.plan.stock,
                target=self.plan.target,
                home=self.profile.country,
                by_class=self.plan.crosses_border and self.profile.duty is None,
            ),
        )

    def _purchase(self) -> PurchaseTerms:
        source = self.plan.source
        conversion = self._conversion(MARKETPLACES[source].currency, self.currency)
        terms = PurchaseTerms(
            mode=self.plan.purchase,
            source_vat=self._vat(source),
            conversion=conversion,
            added_vat=self._added_vat(),
            spread=self.profile.fx_spread if conversion.day else 0,
            inbound=self._amount(self.profile.inbound),
            prep=self._amount(self.profile.prep),
            service_vat=self._cost_vat(),
        )
        return self._across_the_border(terms) if self.plan.crosses_border else terms

    def _across_the_border(self, terms: PurchaseTerms) -> PurchaseTerms:
        return replace(
            terms,
            freight=self._amount(self.profile.freight or 0),
            brokerage=self._amount(self.profile.brokerage or 0),
            duty=self._duty(),
            import_vat=self._vat(self.plan.stock),
            import_vat_is_cost=self.profile.regime is Regime.SMALL_BUSINESS,
            import_vat_is_postponed=self.profile.postponed_accounting,
        )

    def _duty(self) -> Rate:
        """The profile's rate, else the highest of any class: what holds for a product is read from its category."""
        if self.profile.duty is not None:
            return Rate(self.profile.duty, date.min, self._said())
        classes = sorted({key[0].partition(":")[2] for key in self.rates.fees if key[0].startswith(f"{DUTY}:")})
        found = [self.rates.duty(name, self.plan.stock, self.on) for name in classes]
        known = [rate for rate in found if isinstance(rate, Rate)]
        return max(known, key=lambda rate: rate.ppm) if known else self._found(NO_DUTY)

    def _sale(self) -> SaleTerms:
        margin = self.profile.regime is Regime.MARGIN_SCHEME
        return SaleTerms(
            mode=self.plan.sale,
            fulfilment=self.plan.fulfilment,
            currency=self.currency,
            output_vat=None if margin else self._output_vat(),
            margin_vat=self._vat(self.profile.country) if margin else None,
            fuel=self._fuel(),
            digital_services=self._digital_services(),
            storage=self._amount(self.profile.storage or 0),
            storing=self._storing(),
            per_item=self._per_item(),
            no_cep=self._no_cep(),
            fee_vat=self._cost_vat(),
            shipping=self._shipping(),
        )

    @property
    def _ships(self) -> bool:
        """Whether the seller sends the goods, so that nothing of Amazon's fulfilment is charged."""
        return self.plan.fulfilment is Fulfilment.FBM

    def _fuel(self) -> Rate:
        return (
            Rate(0, self.on, self._said()) if self._ships else self._found(self.rates.fuel(self.plan.target, self.on))
        )

    def _digital_services(self) -> Rate:
        rate = self._found(self.rates.digital_services(self.profile.country, self.plan.target, self.on))
        return replace(rate, on_fulfilment=rate.on_fulfilment and not self._ships)

    def _shipping(self) -> tuple[tuple[int, int], ...]:
        """The bands of the day to the target, in its currency; a weight with two prices is missing."""
        if not self._ships:
            return ()
        target = self.plan.target
        bands = sorted((b.up_to, b.amount) for b in self.profile.shipping if b.target == target and b.holds(self.on))
        if not bands:
            self.missing.append(Missing("shipping", f"own shipping prices to {target} on {self.on}"))
        for (weight, _), (following, _) in pairwise(bands):
            if weight == following:
                self.missing.append(Missing("shipping", f"one own shipping price to {target} up to {weight} g"))
        return tuple((weight, self._amount(amount)) for weight, amount in bands)

    def _storing(self) -> Storing | None:
        """Amazon's prices where goods lie, unless the profile names an amount or keeps the goods itself."""
        if self.profile.storage is not None or self._ships:
            return None
        return storing_in(self.tables, self.plan.stock, self.on, self.profile.storage_days)

    def _per_item(self) -> int:
        if not (self.profile.individual_plan and self.tables.loaded):
            return 0
        return self._cell(self.tables.amount("per_item", self.plan.target, "", "fee per item"))

    def _no_cep(self) -> int:
        """What stock in Germany costs more than the tables say, outside of the Central Europe Programme."""
        if self._ships or self.profile.cep_enrolled or self.plan.stock != "DE" or not self.tables.loaded:
            return 0
        return self._cell(self.tables.amount("no_cep", "DE", "", "surcharge without the Central Europe Programme"))

    def _cell(self, answer: Cell | Missing) -> int:
        if isinstance(answer, Cell):
            return answer.amount
        self.missing.append(answer)
        return 0

    def _output_vat(self) -> Rate | None:
        if self.plan.sale is SaleVat.EXEMPT_SME:
            return None
        below = self.plan.sale is SaleVat.ORIGIN_BELOW_THRESHOLD
        return self._vat(self.profile.country if below else self.plan.target)

    def _added_vat(self) -> Rate | None:
        if self.plan.purchase is PurchaseVat.GROSS_DELIVERY_VAT:
            return self._vat(self.plan.stock)
        if self.plan.purchase is PurchaseVat.NET_INTRA_EU:
            return self._cost_vat()
        return None

    def _cost_vat(self) -> Rate | None:
        """The seller's own VAT where it is a cost: a small business deducts none."""
        return self._vat(self.profile.country) if self.profile.regime is Regime.SMALL_BUSINESS else None

    def _returns(self) -> Returns | None:
        returns = self.profile.returns
        return replace(returns, handling=self._amount(returns.handling)) if returns else None

    def _estimates(self, conversion: Conversion) -> tuple[str, ...]:
        reasons = []
        if self.plan.is_estimate:
            reasons.append("the profile's duty rate stands for the product's own")
        digital = self.rates.digital_services(self.profile.country, self.plan.target, self.on)
        if isinstance(digital, Rate) and digital.is_doubtful:
            reasons.append(f"the digital services fee in {self.plan.target} is not certain")
        if conversion.is_stale:
            reasons.append(f"the exchange rate is {conversion.age} days old")
        return tuple(reasons)

    def _amount(self, cents: int) -> int:
        """EUR cents of the profile in the target's currency."""
        return half_up(Decimal(cents * self.from_euro.numerator) / self.from_euro.denominator)

    def _said(self) -> str:
        return f"seller profile {self.profile.name}"

    def _vat(self, country: str) -> Rate:
        return self._found(self.rates.vat_rate(country, self.on))

    def _found(self, answer: Rate | Missing) -> Rate:
        if isinstance(answer, Rate):
            return answer
        self.missing.append(answer)
        return Rate(0, self.on, "unknown")

    def _conversion(self, origin: str, currency: str) -> Conversion:
        answer = self.rates.conversion(origin, currency, self.on)
        if isinstance(answer, Conversion):
            return answer
        self.missing.append(answer)
        return Conversion(origin, currency)
