"""What lists of opportunities can be asked for, and the query that answers it. Used by pages and API alike."""

from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable, OrderBy
from django.db.models.fields import BigIntegerField

from arbitrage.models import FxRate, Opportunity
from products.marketplaces import MARKETPLACES
from products.querysets import worded

DEFAULT_SORT = "-score"
ANY_PROFILE = "any"
PAGE_SIZE = 50
DEEPEST_ROW = 10_000
"""Rows past this are not paged to: a filter finds them faster."""

FOREIGN = sorted({entry.currency for entry in MARKETPLACES.values()} - {"EUR"})
ANY_STATE = "all"
_PPM = 1_000_000
SORTS: dict[str, tuple[str, ...]] = {
    "title": ("product__title",),
    "asin": ("product_id",),
    "source": ("source", "target"),
    "target": ("target", "source"),
    "buy": ("buy_eur",),
    "sell": ("sell_eur",),
    "fees": ("fees_eur",),
    "net": ("net_eur",),
    "roi": ("roi",),
    "margin": ("margin",),
    "score": ("score", "net_eur"),
    "chance": ("chance", "net_eur"),
    "per_day": ("profit_per_day", "net_eur"),
    "opened": ("opened_at",),
    "updated": ("evaluated_at",),
}
MAYBE_UNKNOWN = frozenset({"chance", "profit_per_day"})
_IN_EUR = {
    "buy_eur": ("buy_price", "buy_currency"),
    "sell_eur": ("sell_price", "currency"),
    "fees_eur": ("fees", "currency"),
}


@dataclass(frozen=True, slots=True)
class OpportunityQuery:
    """One list of opportunities. Prices in EUR, ratios in percent, as people type them; empty means no limit.

    `profile` is empty for the default profile, `any`, or a profile's number. `marketplace` is either leg.
    """

    q: str = ""
    source: str = ""
    target: str = ""
    marketplace: str = ""
    category: str = ""
    min_margin: Decimal | None = None
    min_roi: Decimal | None = None
    min_profit: Decimal | None = None
    max_price: Decimal | None = None
    min_score: int | None = None
    state: str = Opportunity.State.OPEN.value
    estimates: str = ""
    profile: str = ""
    sort: str = DEFAULT_SORT
    page: int = 1

    def address(self, **changes: Any) -> str:
        """The query string of this list with some parameters changed: canonical order, defaults dropped."""
        changed = replace(self, **changes)
        defaults = OpportunityQuery()
        pairs = [(field.name, getattr(changed, field.name)) for field in fields(self)]
        return urlencode([(name, value) for name, value in pairs if value != getattr(defaults, name)])

    def sorted_by(self, column: str) -> str:
        """The next sort when a column's header is chosen: descending, ascending, then the default again."""
        return {f"-{column}": column, column: DEFAULT_SORT}.get(self.sort, f"-{column}")


def opportunities(query: OpportunityQuery) -> QuerySet[Opportunity]:
    """The rows of a list in its order, with their products and profiles; one query, two if money is compared."""
    needs_euro = query.max_price is not None or query.sort.lstrip("-") in {"buy", "sell", "fees"}
    rows = Opportunity.objects.select_related("product", "profile").filter(_conditions(query))
    if needs_euro:
        rates = _euro_rates()
        rows = rows.annotate(**{name: _in_eur(*columns, rates) for name, columns in _IN_EUR.items()})
    if query.max_price is not None:
        rows = rows.filter(Q(buy_eur__lte=int(query.max_price * 100)))
    return rows.order_by(*_order(query.sort), "pk")


def _conditions(query: OpportunityQuery) -> Q:
    exact = {"source": query.source, "target": query.target, "product__category": query.category}
    wanted = Q(**{name: value for name, value in exact.items() if value})
    if query.state != ANY_STATE:
        wanted &= Q(state=query.state)
    if query.marketplace:
        wanted &= Q(source=query.marketplace) | Q(target=query.marketplace)
    if query.estimates == "hide":
        wanted &= Q(is_estimate=False)
    if query.q:
        wanted &= worded(query.q)
    return wanted & _profile(query.profile) & _minimums(query)


def _profile(profile: str) -> Q:
    if profile == ANY_PROFILE:
        return Q()
    return Q(profile_id=int(profile)) if profile else Q(profile__is_default=True)


def _minimums(query: OpportunityQuery) -> Q:
    limits = {
        "margin__gte": None if query.min_margin is None else int(query.min_margin * 100),
        "roi__gte": None if query.min_roi is None else int(query.min_roi * 100),
        "net_eur__gte": None if query.min_profit is None else int(query.min_profit * 100),
        "score__gte": query.min_score,
    }
    return Q(**{name: value for name, value in limits.items() if value is not None})


def _order(sort: str) -> list[str | OrderBy]:
    """What is unknown comes last, whichever way; the databases disagree about it."""
    falling = sort.startswith("-")
    columns = SORTS[sort.lstrip("-")]
    return [
        OrderBy(F(column), descending=falling, nulls_last=True) if column in MAYBE_UNKNOWN else "-" * falling + column
        for column in columns
    ]


def _euro_rates() -> dict[str, int]:
    """Millionths of a euro for one unit of each foreign currency, from the newest rates; 1:1 where none is known."""
    newest = {row.currency: row.rate for row in FxRate.objects.filter(currency__in=FOREIGN).order_by("day")}
    return {currency: int(_PPM / newest.get(currency, Decimal(1))) for currency in FOREIGN}


def _in_eur(amount: str, currency: str, rates: dict[str, int]) -> Combinable:
    """EUR cents of an amount, for comparing and sorting only."""
    foreign = [
        When(**{currency: code}, then=F(amount) * Value(rate, output_field=IntegerField()) / Value(_PPM))
        for code, rate in rates.items()
    ]
    return Case(*foreign, default=F(amount), output_field=BigIntegerField())
