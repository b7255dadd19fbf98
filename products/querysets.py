"""Reads of the watchlist page."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min, Q, QuerySet

from products.forms import SORTS, WatchQuery
from products.models import Watch
from products.search import get_search
from products.search.dirty import is_on
from products.search.words import words_of

MOST_FOUND = 1000
"""Products that the search index names to narrow a list by. Words that match more are no typos: SQL finds them all."""


@dataclass(frozen=True, slots=True)
class Watches:
    """A list's watches. `notice` is a sentence where the database answered for the search index, else empty."""

    rows: QuerySet[Watch]
    notice: str = ""


def watches(query: WatchQuery) -> Watches:
    """A list's watches in its order, with their products and tags."""
    wanted, notice = _searched(query.q) if query.q else (Q(), "")
    rows = Watch.objects.select_related("product").prefetch_related("tags").filter(wanted & _conditions(query))
    return Watches(rows.order_by(SORTS[query.sort], "pk"), notice)


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


def _searched(text: str) -> tuple[Q, str]:
    """What the search index finds where there is one, and its notice."""
    if not is_on():
        return worded(text), ""
    found = get_search().matches(text, MOST_FOUND)
    if found.total > MOST_FOUND:
        return worded(text), found.notice
    # By its ASIN a product is found before the index has it.
    return Q(product_id__in=found.asins) | Q(product_id=text.upper()), found.notice


def _conditions(query: WatchQuery) -> Q:
    wanted = Q()
    if query.tag:
        wanted &= Q(tags__name=query.tag)
    states = {"watched": Q(paused=False), "paused": Q(paused=True), "waiting": Q(product__title="")}
    return wanted & states.get(query.state, Q())
