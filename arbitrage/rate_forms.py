"""Forms of the dated rates that refuse, with a sentence, what the arithmetic could not use."""

from typing import Any

from django import forms

from arbitrage.admin_forms import RateForm
from arbitrage.economics.missing import InvalidRate
from arbitrage.economics.rates import Rate
from arbitrage.economics.referral import parse_tiers
from arbitrage.models import FeeAmount, FeeRate, ReferralRate, VatRate
from arbitrage.rate_files import cells

DATED = ["valid_from", "valid_to", "source", "confidence"]


class VatRateForm(RateForm):
    """VAT of a country for a tax class."""

    build, parts = Rate, ("rate", "valid_from", "source", "valid_to")

    class Meta:
        model = VatRate
        fields = ["country", "tax_class", "rate", *DATED]


class FeeRateForm(RateForm):
    """A dated share."""

    build, parts = Rate, ("rate", "valid_from", "source", "valid_to")

    class Meta:
        model = FeeRate
        fields = ["kind", "category", "seller_country", "store", "rate", "on_fulfilment", *DATED]


class DatedForm(forms.ModelForm[Any]):
    """A row that does not end before it begins."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        begin, end = self.cleaned_data.get("valid_from"), self.cleaned_data.get("valid_to")
        if begin and end and end < begin:
            self.add_error("valid_to", f"A row from {begin} cannot end on {end}.")
        return cleaned


class FeeAmountForm(DatedForm):
    """A cell of a fee table; storage has months and a unit of volume."""

    class Meta:
        model = FeeAmount
        fields = ["kind", "store", "tier", "up_to", "months", "amount", "per_step", "step", "unit", *DATED]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.cleaned_data.get("kind") == FeeAmount.Kind.STORAGE:
            for name, read in (("months", cells.months), ("unit", cells.volume)):
                try:
                    read(self.cleaned_data.get(name, ""))
                except ValueError as error:
                    self.add_error(name, f"{name} {error}.")
        return cleaned


class ReferralRateForm(DatedForm):
    """The tiers of a referral fee as text."""

    class Meta:
        model = ReferralRate
        fields = ["category", "currency", "tiers", *DATED]

    def clean_tiers(self) -> str:
        tiers: str = self.cleaned_data["tiers"]
        try:
            parse_tiers(tiers)
        except InvalidRate as error:
            raise forms.ValidationError(f"{error}.") from error
        return tiers
