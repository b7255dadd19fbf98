"""What the watchlist page accepts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django import forms

from products.marketplaces import CHOICES, CODES

LONGEST_PASTE = 500_000
STATES = {"watched": "watched", "paused": "paused", "waiting": "no prices yet"}
SORTS = {"added": "-added_at", "asin": "product_id", "net": "-product__best_net"}


class PasteField(forms.CharField):
    """Text in which a null character is only a wrong character of its line."""

    def to_python(self, value: Any) -> str:
        """Without it Django refuses the whole paste."""
        return str(super().to_python(value)).replace("\x00", "\ufffd")


class PasteForm(forms.Form):
    """ASINs or links, one a line, and the marketplaces to poll them on."""

    lines = PasteField(
        label="ASINs or Amazon links, one a line",
        max_length=LONGEST_PASTE,
        error_messages={
            "required": "Paste at least one ASIN or Amazon link.",
            "max_length": f"The paste is longer than {LONGEST_PASTE:,} characters. Paste it in parts.",
        },
    )
    marketplaces = forms.MultipleChoiceField(
        choices=CHOICES,
        error_messages={
            "required": "Choose at least one marketplace.",
            "invalid_choice": f"%(value)s is not a marketplace. Choose from {', '.join(CODES)}.",
        },
    )


class ChangeForm(forms.Form):
    """What to do with chosen watches."""

    action = forms.ChoiceField(choices=[("pause", "Pause"), ("resume", "Resume"), ("remove", "Remove")])
    asin = forms.MultipleChoiceField(error_messages={"required": "Choose at least one product."})

    def __init__(self, data: Mapping[str, object], *, watched: list[str]) -> None:
        super().__init__(data)
        self.fields["asin"] = forms.MultipleChoiceField(
            choices=[(asin, asin) for asin in watched],
            error_messages={
                "required": "Choose at least one product first.",
                "invalid_choice": "%(value)s is not on the watchlist any more. Nothing was changed.",
            },
        )


@dataclass(frozen=True, slots=True)
class WatchQuery:
    """One list of watches. A word it does not know means no filter."""

    q: str = ""
    state: str = ""
    tag: str = ""
    sort: str = "added"
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "WatchQuery":
        """Read from an address."""
        state, sort, number = given.get("state", ""), given.get("sort", ""), given.get("page", "")
        return cls(
            q=given.get("q", "").strip()[:200],
            state=state if state in STATES else "",
            tag=given.get("tag", "")[:40],
            sort=sort if sort in SORTS else cls().sort,
            page=int(number) if number.isascii() and number.isdecimal() and 0 < len(number) < 7 else 1,
        )

    def address(self, **changes: Any) -> str:
        """The query string with some parameters changed, defaults dropped."""
        changed, defaults = replace(self, **changes), WatchQuery()
        names = ("q", "state", "tag", "sort", "page")
        return urlencode(
            [(name, getattr(changed, name)) for name in names if getattr(changed, name) != getattr(defaults, name)]
        )
