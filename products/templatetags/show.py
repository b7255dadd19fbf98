"""Money, ratios, times, routes and hostile text, as every page writes them."""

import unicodedata
from datetime import datetime, timedelta
from decimal import Decimal

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from products.marketplaces import MARKETPLACES

register = template.Library()

SYMBOLS = {"EUR": "€", "GBP": "£"}
MISSING = "–"
MINUS = "−"
LONGEST_TEXT = 300
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}


@register.filter
def money(minor: int | None, currency: str = "EUR") -> str:
    """Minor units with their currency: 1234 of EUR is €12.34; a dash when there is none."""
    if minor is None:
        return MISSING
    amount = f"{abs(minor) // 100:,}.{abs(minor) % 100:02d}".replace(",", "\u202f")
    return f"{MINUS if minor < 0 else ''}{SYMBOLS.get(currency, currency + ' ')}{amount}"


@register.filter
def gain(minor: int | None, currency: str = "EUR") -> str:
    """As `money`, with a sign in front of a profit as well."""
    return f"+{money(minor, currency)}" if minor is not None and minor > 0 else money(minor, currency)


@register.filter
def amount(value: Decimal | None, currency: str = "EUR") -> str:
    """As `money`, for a Decimal of whole cents in major units."""
    return MISSING if value is None else money(int(value * 100), currency)


@register.filter
def percent(basis_points: int | None) -> str:
    """Basis points as percent: 2203 is 22.0 %."""
    if basis_points is None:
        return MISSING
    tenths = (abs(basis_points) + 5) // 10
    return f"{MINUS if basis_points < 0 else ''}{tenths // 10}.{tenths % 10}\u202f%"


@register.filter
def grouped(number: int | None) -> str:
    """A count with thin spaces between thousands."""
    return MISSING if number is None else f"{number:,}".replace(",", "\u202f")


@register.filter
def text(value: str | None) -> str:
    """Text from outside: without control and direction characters, on one line, at most 300 characters."""
    spaced = (" " if char in "\t\n\r" else char for char in (value or ""))
    kept = "".join(char for char in spaced if unicodedata.category(char) not in _HIDDEN).strip()
    return kept if len(kept) <= LONGEST_TEXT else kept[: LONGEST_TEXT - 1] + "…"


@register.filter
def grade(score: int | None) -> str:
    """A score's word: high from 70, medium from 40."""
    if score is None:
        return "none"
    return "high" if score >= 70 else "medium" if score >= 40 else "low"


@register.filter
def sign(number: int | Decimal | None) -> str:
    """The class of an amount: good above nought, bad below."""
    if not number:
        return "even"
    return "good" if number > 0 else "bad"


def spoken(age: timedelta) -> str:
    """An age in the largest unit that fits: 42 s, 4 min, 3 h, 2 d."""
    seconds = int(age.total_seconds())
    if seconds < 1:
        return "now"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"


@register.simple_tag
def ago(moment: datetime | None, now: datetime) -> SafeString | str:
    """How long ago a moment was; the exact time stands in the title."""
    if moment is None:
        return "never"
    exact = moment.strftime("%Y-%m-%d %H:%M:%S UTC")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, spoken(max(now - moment, timedelta()))
    )


@register.inclusion_tag("parts/route.html")
def route(source: str, target: str) -> dict[str, object]:
    """A chip that says where to buy and where to sell, in words for those who listen."""
    return {"source": MARKETPLACES[source], "target": MARKETPLACES[target]}


@register.simple_tag
def amazon(asin: str, code: str) -> str:
    """The product's page on a marketplace."""
    return MARKETPLACES[code].product_url(asin)


@register.filter
def legs(source: str, target: str) -> tuple[str, str]:
    """Both marketplaces of a route, to loop over."""
    return source, target


@register.simple_tag(takes_context=True)
def page_address(context: Context, number: int) -> str:
    """The query string of another page of the list that is shown."""
    parameters = context["request"].GET.copy()
    parameters["page"] = str(number)
    return parameters.urlencode()
