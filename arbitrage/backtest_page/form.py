"""What the form of the backtest page asks for."""

from decimal import Decimal
from typing import Any

from django import forms

from arbitrage.backtest.assumptions import Assumptions, Placebo
from arbitrage.backtest.dated import Pair
from arbitrage.economics.loading import profile_of
from arbitrage.economics.profiles import Profile
from arbitrage.forms import COUNTRIES, choice
from arbitrage.models import SellerProfile
from products.marketplaces import PAIRS

MOST_ASINS = 10
_SPANS = [("365", "1 year"), ("180", "180 days"), ("90", "90 days"), ("30", "30 days")]
_SIGNALS = [
    ("", "the flip's own"),
    (Placebo.SHIFT, "30 days old (placebo)"),
    (Placebo.SWAP, "other way round (placebo)"),
]


class BacktestForm(forms.Form):
    """A threshold and what to try it on. What is empty comes from the profile; a wrong value has a sentence."""

    asin = forms.CharField(label="Products", required=False, max_length=200)
    source = choice("Buy in", COUNTRIES, "anywhere")
    target = choice("Sell in", COUNTRIES, "anywhere")
    profile = forms.ChoiceField(label="Profile", required=False)
    min_roi = forms.DecimalField(label="ROI at least, %", required=False, min_value=0, max_value=1000, decimal_places=2)
    min_profit = forms.DecimalField(
        label="Net profit at least, €", required=False, min_value=0, max_value=10_000, decimal_places=2
    )
    days = forms.ChoiceField(label="Over the last", required=False, choices=_SPANS)
    placebo = forms.ChoiceField(label="Signal", required=False, choices=_SIGNALS)

    def __init__(self, given: Any, profiles: list[SellerProfile]) -> None:
        super().__init__(given)
        self._profiles = {"" if row.is_default else str(row.pk): row for row in profiles}
        for name in ("min_roi", "min_profit"):
            self.fields[name].widget.attrs["placeholder"] = "profile's"
        field = self.fields["profile"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(number, row.name) for number, row in self._profiles.items()]

    def clean_asin(self) -> list[str]:
        words = list(dict.fromkeys(self.cleaned_data["asin"].upper().replace(",", " ").split()))
        if len(words) > MOST_ASINS:
            raise forms.ValidationError(f"{len(words)} ASINs; give at most {MOST_ASINS}, or none for a sample.")
        return words

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        source, target = self.cleaned_data.get("source"), self.cleaned_data.get("target")
        if source and source == target:
            self.add_error("target", f"A flip needs two marketplaces, not {source} twice.")
        return cleaned

    @property
    def pairs(self) -> list[Pair]:
        """The routes to try."""
        wanted = [self.cleaned_data[name] for name in ("source", "target")]
        return [pair for pair in PAIRS if all(not code or code == end for code, end in zip(wanted, pair, strict=True))]

    def seller(self) -> Profile:
        """The chosen profile. Raises UnusableProfile."""
        return profile_of(self._profiles[self.cleaned_data["profile"]])

    def rules(self, seller: Profile) -> Assumptions:
        """The assumptions, with the profile's thresholds where none is given."""
        placebo = self.cleaned_data["placebo"]
        return Assumptions(
            min_roi=_hundredths(self.cleaned_data["min_roi"], seller.min_roi),
            min_profit=_hundredths(self.cleaned_data["min_profit"], seller.min_profit),
            days=int(self.cleaned_data["days"] or _SPANS[0][0]),
            placebo=Placebo(placebo) if placebo else None,
        )


def _hundredths(given: Decimal | None, usual: int) -> int:
    return usual if given is None else int(given * 100)
