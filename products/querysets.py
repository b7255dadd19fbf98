"""Reads of the watchlist page."""

from datetime import datetime

from django.db.models import Max, Min, Q, QuerySet

from products.forms import SORTS, WatchQuery
from products.models import Watch
from products.search.words import words_of


def watches(query: WatchQuery) -> QuerySet[Watch]:
    """A list's watches in its order, with their products and tags."""
    rows = Watch.objects.select_related("product").prefetch_related("tags").filter(_conditions(query))
    return rows.order_by(SORTS[query.sort], "pk")


def poll_times(rows: list[Watch]) -> dict[str, tuple[datetime | None, datetime | None]]:
    """When each watched product was last polled on any marketplace, and when the next is due; one query."""
    targets = Watch.objects.filter(pk__in=[row.pk for row in rows]).values_list("product_id")
    times = targets.annotate(polled=Max("product__poll_targets__polled_at"), due=Min("product__poll_targets__due_at"))
    return {asin: (polled, due) for asin, polled, due in times}


def worded(text: str) -> Q:
    """Rows with a product in whose texts every word of `text` begins a word; a text without words finds nothing."""
    wanted = Q()
    words = words_of(text)
    for word in words:
        wanted &= Q(product__search_text__contains=f" {word}")
    return wanted if words else Q(pk__in=[])


def _conditions(query: WatchQuery) -> Q:
    wanted = worded(query.q) if query.q else Q()
    if query.tag:
        wanted &= Q(tags__name=query.tag)
    states = {"watched": Q(paused=False), "paused": Q(paused=True), "waiting": Q(product__title="")}
    return wanted & states.get(query.state, Q())
