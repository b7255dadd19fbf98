"""Forms of the admin that refuse, with a sentence, what the arithmetic could not use."""

from collections.abc import Callable
from typing import Any, get_args

from django import forms

from arbitrage.economics.loading import LARGEST_VALUES
from arbitrage.economics.profiles import PurchaseVat
from arbitrage.economics.rates import Fixing, InvalidRate
from arbitrage.lifecycle import CONFIRMED
from arbitrage.models import AlertRule, FxRate, SellerProfile
from ingestion.events import State
from products.marketplaces import CHOICES, CODES

_LARGEST = {**LARGEST_VALUES, **dict.fromkeys(("min_roi", "min_profit", "target_roi"), 100_000_000)}
_MODES = ", ".join(PurchaseVat)


class SellerProfileForm(forms.ModelForm[SellerProfile]):
    """A profile; its registrations are ticked among the countries of the marketplaces."""

    vat_registrations = forms.MultipleChoiceField(
        choices=CHOICES, required=False, widget=forms.CheckboxSelectMultiple, label="VAT registrations"
    )

    class Meta:
        model = SellerProfile
        fields = [
            "name",
            "is_default",
            "enabled",
            "country",
            "vat_registrations",
            "regime",
            "purchase_vat",
            "uses_oss",
            "eu_small_business",
            "turnover_prior",
            "turnover_current",
            "turnover_abroad",
            "fulfilment",
            "unregistered",
            "inbound",
            "prep",
            "storage",
            "storage_days",
            "freight",
            "brokerage",
            "duty",
            "postponed_accounting",
            "fx_spread",
            "cep_enrolled",
            "individual_plan",
            "return_rate",
            "resaleable",
            "salvage",
            "return_handling",
            "min_roi",
            "min_profit",
            "target_roi",
        ]

    def clean_is_default(self) -> bool:
        wanted: bool = self.cleaned_data["is_default"]
        other = SellerProfile.objects.filter(is_default=True).exclude(pk=self.instance.pk).first()
        if wanted and other:
            raise forms.ValidationError(f"{other.name} is the default profile; take the mark off there first.")
        return wanted

    def clean_purchase_vat(self) -> dict[str, str]:
        given = self.cleaned_data["purchase_vat"] or {}
        if not isinstance(given, dict):
            raise forms.ValidationError('Write an object such as {"IT": "GROSS_NOT_RECOVERABLE"}.')
        for code, mode in given.items():
            if code not in CODES or not isinstance(mode, str) or mode not in set(PurchaseVat):
                raise forms.ValidationError(f"{code}: give one of {', '.join(CODES)} and one of {_MODES}.")
        return given

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for name, largest in _LARGEST.items():
            value = self.cleaned_data.get(name)
            if value is not None and not 0 <= value <= largest:
                self.add_error(name, f"Give a number from 0 to {largest}.")
        return cleaned


class RateForm(forms.ModelForm[Any]):
    """A dated rate that the arithmetic accepts."""

    build: Callable[..., object]
    parts: tuple[str, ...]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        given = [self.cleaned_data.get(name) for name in self.parts]
        if not self.errors:
            try:
                type(self).build(*given)
            except InvalidRate as error:
                raise forms.ValidationError(f"{error}.") from error
        return cleaned


class FxRateForm(RateForm):
    build, parts = Fixing, ("currency", "day", "rate", "source")

    class Meta:
        model = FxRate
        fields = ["day", "currency", "rate", "source"]


class AlertRuleForm(forms.ModelForm[AlertRule]):
    """A rule; the events it listens to are ticked."""

    states = forms.MultipleChoiceField(
        choices=[*((state, state) for state in get_args(State)), (CONFIRMED, "an estimate became certain")],
        widget=forms.CheckboxSelectMultiple,
        label="Events",
    )

    class Meta:
        model = AlertRule
        fields = ["name", "enabled", "profile", "states", "min_score", "min_net", "severity"]
