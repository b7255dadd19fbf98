"""Search in SQL: the tables are the index, so nothing has to be kept in step."""

from collections.abc import Collection, Iterator, Sequence

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Expression, OrderBy
from django.db.models.functions import Lower, NullIf

from products.marketplaces import CODES, MARKETPLACES
from products.models import Listing, Product
from products.search.base import (
    FACET_VALUES,
    SUGGESTIONS,
    Facet,
    Hit,
    ListingHit,
    Matches,
    SearchPage,
    SearchQuery,
    Suggestion,
)
from products.search.words import words_of

_SORTED_BY: dict[str, Expression | F] = {
    "updated": F("updated_at"),
    "price": F("price"),
    "margin": F("best_margin"),
    "net": F("best_net"),
    "title": Lower(NullIf(F("title"), Value(""))),
}
_MOST_WORDS = 12
_BRANDS_SUGGESTED = 3
_OFFERED = Q(new__isnull=False) | Q(amazon__isnull=False) | Q(buy_box__isnull=False)
_HIT = ("product_id", "marketplace", "currency", "new", "amazon", "buy_box", "source_minute")


class SqlSearch:
    """Whole words and the beginning of the last one, by LIKE over the folded text; no tolerance for typos."""

    tolerates_typos = False

    def find(self, query: SearchQuery) -> SearchPage:
        """See `Search.find`. Seven queries, whatever the number of hits."""
        found = Product.objects.filter(_conditions(query))
        total = found.count()
        start = (query.page - 1) * query.page_size
        rows = list(_sorted(found, query)[start : start + query.page_size]) if start < total else []
        return SearchPage(
            hits=list(_hits(rows, query)),
            total=total,
            page=query.page,
            page_size=query.page_size,
            facets={
                "category": _facet("category", query),
                "brand": _facet("brand", query),
                "marketplace": _marketplaces(query),
            },
        )

    def matches(self, text: str, limit: int) -> Matches:
        """See `Search.matches`. Two queries."""
        found = Product.objects.filter(_worded(words_of(SearchQuery(text=text).text)))
        return Matches(list(found.order_by("asin").values_list("asin", flat=True)[:limit]), found.count())

    def suggest(self, text: str) -> Sequence[Suggestion]:
        """See `Search.suggest`."""
        words = words_of(SearchQuery(text=text).text)
        if not words:
            return []
        found = Product.objects.filter(_worded(words))
        brands = _brands(found, words)
        titled = found.exclude(title="").order_by(F("best_net").desc(nulls_last=True), "asin")
        rows = titled.values_list("title", "asin")[: SUGGESTIONS - len(brands)]
        return [*brands, *(Suggestion("product", title, asin) for title, asin in rows)]

    def sync(self, asins: Collection[str]) -> None:
        """Nothing to do: the rows are the documents."""

    def rebuild(self) -> int:
        """Nothing to do; returns how many products there are."""
        return Product.objects.count()


def _conditions(query: SearchQuery, *, but: str = "") -> Q:
    """All filters of a query, except one that a facet leaves aside."""
    wanted = _worded(words_of(query.text)) if query.text.strip() else Q()
    if query.category and but != "category":
        wanted &= Q(category=query.category)
    if query.brand and but != "brand":
        wanted &= Q(brand=query.brand)
    if query.min_margin is not None:
        wanted &= Q(best_margin__gte=query.min_margin)
    if query.min_roi is not None:
        wanted &= Q(best_roi__gte=query.min_roi)
    return wanted & _listed(query, but=but)


def _worded(words: Sequence[str]) -> Q:
    """All words, of the last one the beginning; no words, no products."""
    if not words:
        return Q(pk__in=[])
    *whole, last = words[:_MOST_WORDS]
    wanted = Q(search_text__contains=f" {last}")
    for word in whole:
        wanted &= Q(search_text__contains=f" {word} ")
    return wanted


def _listed(query: SearchQuery, *, but: str) -> Q:
    """Whether some listing in the query's scope fits; no condition on listings, no look at them."""
    listings = _fitting(query, but=but)
    asked = query.max_price is not None or query.in_stock or (query.marketplace and but != "marketplace")
    return Q(Exists(listings.filter(product_id=OuterRef("pk")))) if asked else Q()


def _fitting(query: SearchQuery, *, but: str = "") -> QuerySet[Listing]:
    listings = _scope(query, but=but)
    if query.max_price is not None:
        listings = listings.filter(new__lte=query.max_price)
    return listings.filter(_OFFERED) if query.in_stock else listings


def _scope(query: SearchQuery, *, but: str) -> QuerySet[Listing]:
    if query.marketplace and but != "marketplace":
        return Listing.objects.filter(marketplace=query.marketplace)
    if query.max_price is not None:
        return Listing.objects.filter(currency=_currency(query))
    return Listing.objects.all()


def _currency(query: SearchQuery) -> str:
    return MARKETPLACES[query.marketplace].currency if query.marketplace else query.currency


def _priced(query: SearchQuery) -> QuerySet[Listing]:
    """The listings whose lowest new offer is the price of a product in this query."""
    if query.marketplace:
        return Listing.objects.filter(marketplace=query.marketplace)
    return Listing.objects.filter(currency=query.currency)


def _sorted(found: QuerySet[Product], query: SearchQuery) -> QuerySet[Product]:
    if query.key == "price":
        offers = _priced(query).filter(product_id=OuterRef("pk")).order_by().values("product_id")
        found = found.alias(price=Subquery(offers.annotate(lowest=Min("new")).values("lowest")))
    # Where there are no nulls, asking for them last would only keep the index from being read.
    nulls_last = None if query.key == "updated" else True
    order = OrderBy(_SORTED_BY[query.key], descending=query.descending, nulls_last=nulls_last)
    return found.order_by(order, "asin")


def _hits(rows: Sequence[Product], query: SearchQuery) -> Iterator[Hit]:
    listings: dict[str, dict[str, ListingHit]] = {row.asin: {} for row in rows}
    for asin, code, *values in Listing.objects.filter(product_id__in=listings).values_list(*_HIT):
        listings[asin][code] = _listing_hit(*values)
    for row in rows:
        known: dict[str, ListingHit] = {code: listings[row.asin][code] for code in CODES if code in listings[row.asin]}
        yield _hit(row, known, query)


def _listing_hit(currency: str, new: int | None, amazon: int | None, box: int | None, minute: int) -> ListingHit:
    offered = any(price is not None for price in (new, amazon, box))
    return ListingHit(currency, new, amazon, box, in_stock=offered, source_minute=minute)


def _hit(row: Product, listings: dict[str, ListingHit], query: SearchQuery) -> Hit:
    currency = _currency(query)
    prices = [
        hit.new
        for code, hit in listings.items()
        if hit.new is not None and (code == query.marketplace if query.marketplace else hit.currency == currency)
    ]
    return Hit(
        asin=row.asin,
        title=row.title,
        brand=row.brand,
        category=row.category,
        price=min(prices, default=None),
        currency=currency,
        score=row.best_score,
        net=row.best_net,
        roi=row.best_roi,
        margin=row.best_margin,
        source=row.best_source,
        target=row.best_target,
        updated_at=row.updated_at,
        listings=listings,
    )


def _facet(name: str, query: SearchQuery) -> list[Facet]:
    rows = Product.objects.filter(_conditions(query, but=name)).exclude(**{name: ""}).order_by().values(name)
    counted = rows.annotate(count=Count("pk")).order_by("-count", name)[:FACET_VALUES]
    return [Facet(row[name], row["count"]) for row in counted]


def _marketplaces(query: SearchQuery) -> list[Facet]:
    """Products by marketplace, in our order; price and stock count where they are."""
    found = Product.objects.filter(_conditions(query, but="marketplace"))
    listings = _fitting(query, but="marketplace").filter(product__in=found).order_by()
    counts = dict(listings.values_list("marketplace").annotate(Count("pk")))
    return [Facet(code, counts[code]) for code in CODES if code in counts]


def _brands(found: QuerySet[Product], words: Sequence[str]) -> list[Suggestion]:
    counted = found.exclude(brand="").order_by().values_list("brand").annotate(count=Count("pk"))
    brands = [brand for brand, _ in counted.order_by("-count", "brand")[: 10 * _BRANDS_SUGGESTED]]
    *whole, last = words
    fitting = [b for b in brands if set(whole) <= set(words_of(b)) and any(w.startswith(last) for w in words_of(b))]
    return [Suggestion("brand", brand) for brand in fitting[:_BRANDS_SUGGESTED]]
