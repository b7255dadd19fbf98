"""The filters of the opportunities list, as they stand in the address."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from arbitrage.economics.loading import turnover_warnings
from arbitrage.models import Opportunity, SellerProfile
from arbitrage.querysets import ANY_PROFILE, ANY_STATE, DEFAULT_SORT, SORTS, OpportunityQuery
from products.marketplaces import MARKETPLACES

COUNTRIES = [(entry.code, f"{entry.code} {entry.country}") for entry in MARKETPLACES.values()]
PROFILE_DIGITS = 10
_SORT_CHOICES = [(sign + name, sign + name) for name in SORTS for sign in ("", "-")]


def _percent(label: str) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, max_value=1000, decimal_places=2)


def _euro(label: str) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, max_value=1_000_000, decimal_places=2)


def choice(label: str, choices: Sequence[tuple[str, str]], empty: str) -> forms.ChoiceField:
    """A field that may stay empty, which is then called so."""
    return forms.ChoiceField(label=label, required=False, choices=[("", empty), *choices])


class OpportunityFilter(forms.Form):
    """Reads the parameters of a list. A wrong one has an error and counts as not given."""

    q = forms.CharField(label="Search", required=False, max_length=200)
    source = choice("Buy in", COUNTRIES, "anywhere")
    target = choice("Sell in", COUNTRIES, "anywhere")
    marketplace = choice("Either leg", COUNTRIES, "any")
    category = forms.CharField(label="Category", required=False, max_length=200)
    min_margin = _percent("Margin at least, %")
    min_roi = _percent("ROI at least, %")
    min_profit = _euro("Net profit at least, €")
    max_price = _euro("Buy price at most, €")
    min_score = forms.IntegerField(label="Score at least", required=False, min_value=0, max_value=100)
    state = forms.ChoiceField(
        label="State", required=False, choices=[*Opportunity.State.choices, (ANY_STATE, "open and closed")]
    )
    estimates = choice("Estimates", [("hide", "hide")], "show")
    profile = forms.CharField(label="Profile", required=False, max_length=PROFILE_DIGITS)
    sort = forms.ChoiceField(label="Sort", required=False, choices=_SORT_CHOICES)
    page = forms.IntegerField(label="Page", required=False, min_value=1, max_value=1_000_000)

    def clean_profile(self) -> str:
        value: str = self.cleaned_data["profile"]
        if value in ("", ANY_PROFILE) or (value.isdecimal() and value.isascii()):
            return value
        raise forms.ValidationError("Name a profile by its number, or any.")

    def query(self) -> OpportunityQuery:
        """The list that the valid parameters ask for."""
        self.is_valid()
        given: dict[str, Any] = {
            name: _plain(value) if isinstance(value, Decimal) else value
            for name, value in self.cleaned_data.items()
            if value not in (None, "")
        }
        given.setdefault("sort", DEFAULT_SORT)
        return OpportunityQuery(**given)


def _plain(number: Decimal) -> Decimal:
    """Without trailing noughts and without an exponent: 20.00 and 2E+1 are both 20."""
    return Decimal(f"{number.normalize():f}")


def profile_warnings(profile: str) -> tuple[str, ...]:
    """What one should know of the turnover of the chosen profile, as the filter names it; one query."""
    if profile == ANY_PROFILE:
        return ()
    row = numbered_profile(profile)
    return turnover_warnings(row) if row else ()


def numbered_profile(text: str) -> SellerProfile | None:
    """The profile of this number, the default one where an address gives none; one query."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= PROFILE_DIGITS
    chosen: dict[str, Any] = {"pk": int(text)} if is_number else {"is_default": True}
    return SellerProfile.objects.filter(**chosen).first()


def profile_choices() -> list[tuple[str, str]]:
    """The profiles a person can choose, the default one first; one query."""
    profiles = SellerProfile.objects.filter(enabled=True).order_by("-is_default", "name")
    named = [("" if row.is_default else str(row.pk), row.name) for row in profiles]
    return [*named, (ANY_PROFILE, "every profile")]
