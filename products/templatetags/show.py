"""Money, ratios, times, routes and hostile text, as every page writes them."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import QueryDict
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from arbitrage_site import clock
from products.marketplaces import MARKETPLACES

register = template.Library()

SYMBOLS = {"EUR": "€", "GBP": "£"}
MISSING = "–"
MINUS = "−"
LONGEST_TEXT = 300
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}


@register.filter
def money(minor: int | str | None, currency: str = "EUR") -> str:
    """Minor units with their currency: 1234 of EUR is €12.34; a dash when there is none.

    Django passes the empty string for a name that is not there.
    """
    if not isinstance(minor, int):
        return MISSING
    amount = f"{abs(minor) // 100:,}.{abs(minor) % 100:02d}".replace(",", "\u202f")
    return f"{MINUS if minor < 0 else ''}{SYMBOLS.get(currency, currency + ' ')}{amount}"


@register.filter
def gain(minor: int | str | None, currency: str = "EUR") -> str:
    """As `money`, with a sign in front of a profit as well."""
    return f"+{money(minor, currency)}" if isinstance(minor, int) and minor > 0 else money(minor, currency)


@register.filter
def percent(basis_points: int | str | None) -> str:
    """Basis points as percent: 2203 is 22.0 %."""
    if not isinstance(basis_points, int):
        return MISSING
    tenths = (abs(basis_points) + 5) // 10
    return f"{MINUS if basis_points < 0 else ''}{tenths // 10}.{tenths % 10}\u202f%"


@register.filter
def percent2(basis_points: int) -> str:
    """Basis points as percent to the last one: 2203 is 22.03 %, for those who check by hand."""
    return f"{MINUS if basis_points < 0 else ''}{abs(basis_points) // 100}.{abs(basis_points) % 100:02d}\u202f%"


@register.filter
def ppm(rate: int | None) -> str:
    """Parts per million as percent: 150000 is 15 %."""
    return MISSING if rate is None else f"{Decimal(rate).scaleb(-4).normalize():f}\u202f%"


@register.filter
def permille(share: int | None) -> str:
    """Parts per thousand as percent: 960 is 96.0 %."""
    return percent(None if share is None else share * 10)


@register.filter
def stars(tenths: int | None) -> str:
    """Stars times ten: 45 is 4.5."""
    return MISSING if tenths is None else f"{tenths // 10}.{tenths % 10}"


@register.filter
def minute(keepa_minute: int | None) -> datetime | None:
    """The moment of a Keepa minute."""
    return None if keepa_minute is None else clock.moment_of(keepa_minute)


@register.filter
def grouped(number: int | None) -> str:
    """A count with thin spaces between thousands."""
    return MISSING if number is None else f"{number:,}".replace(",", "\u202f")


@register.filter
def ms(milliseconds: int | None) -> str:
    """A duration: 840 ms, 1.9 s."""
    if milliseconds is None:
        return MISSING
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


@register.filter
def rate(per_minute: float) -> str:
    """How often something happens."""
    return f"{per_minute:,.0f} a minute".replace(",", "\u202f") if per_minute else "none in 5 min"


@register.filter
def age(duration: timedelta | None) -> str:
    """A duration in its largest unit; a dash when nothing waits."""
    return MISSING if duration is None else spoken(duration).removesuffix(" ago")


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
def sign(number: int | str | None) -> str:
    """The class of an amount: good above nought, bad below."""
    if not isinstance(number, int) or not number:
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
    """How long ago a moment was; the exact time stands in the title. An attribute of nothing comes here as ""."""
    if not moment:
        return "never"
    exact = moment.strftime("%Y-%m-%d %H:%M:%S UTC")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, spoken(max(now - moment, timedelta()))
    )


@register.simple_tag
def until(moment: datetime | None, now: datetime) -> SafeString | str:
    """How soon a moment is; the exact time stands in the title."""
    if moment is None:
        return MISSING
    exact = moment.strftime("%Y-%m-%d %H:%M:%S UTC")
    words = "now" if moment <= now else "in " + spoken(moment - now).removesuffix(" ago")
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, words)


@register.simple_tag
def tag_address(name: str) -> str:
    """The query string of the watchlist narrowed to a tag."""
    return urlencode({"tag": name})


@register.inclusion_tag("parts/route.html")
def route(source: str, target: str) -> dict[str, object]:
    """A chip that says where to buy and where to sell, in words for those who listen."""
    return {"source": MARKETPLACES[source], "target": MARKETPLACES[target]}


@register.simple_tag
def figure(numbers: Mapping[str, Any], name: str, currency: str = "currency", *, signed: bool = False) -> str:
    """An amount of an alert's numbers; a dash where an older alert does not have it."""
    amount, code = numbers.get(name), str(numbers.get(currency, ""))
    return str(gain(amount, code) if signed else money(amount, code))


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
    parameters: QueryDict = context["request"].GET.copy()
    parameters["page"] = str(number)
    return parameters.urlencode()
