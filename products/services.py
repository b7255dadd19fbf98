"""Writes of the products app, each one transaction. Higher layers change products only through these."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime, timedelta

from django.db import transaction

from products import bulk
from products.marketplaces import CODES
from products.models import PollTarget, Product, RecomputeAll, Watch
from products.search import dirty
from products.search.words import searchable
from products.waking import wake_planner


@dataclass(frozen=True, slots=True)
class Watched:
    """What adding to the watchlist did: ASINs new to it, and those that were there already."""

    added: list[str]
    already: list[str]


@dataclass(frozen=True, slots=True)
class BestFlip:
    """The best flip of a product for the default profile; what lists sort by. Only an opportunity has a score."""

    score: int | None
    net: int
    roi: int
    margin: int
    source: str
    target: str


BEST_COLUMNS = tuple(f"best_{field.name}" for field in fields(BestFlip))
"""The columns of a product that hold its best flip, in the order of BestFlip."""


def watch(
    asins: Sequence[str],
    *,
    origin: str,
    now: datetime,
    marketplaces: Sequence[str] = CODES,
    is_demo: bool = False,
) -> Watched:
    """Add products to the watchlist, due at once, and wake the planner when the rows are committed."""
    wanted = list(dict.fromkeys(asins))
    with transaction.atomic():
        known = set(Watch.objects.filter(product_id__in=wanted).values_list("product_id", flat=True))
        added = [asin for asin in wanted if asin not in known]
        products = ((asin, searchable(asin), is_demo, now, now) for asin in sorted(added))
        bulk.insert_new(Product, ("asin", "search_text", "is_demo", "created_at", "updated_at"), products)
        watches = ((asin, list(marketplaces), origin, now) for asin in added)
        bulk.insert_new(Watch, ("product_id", "marketplaces", "origin", "added_at"), watches)
        _add_targets([(asin, code) for asin in added for code in marketplaces], now)
        touch(added)
        if added:
            transaction.on_commit(wake_planner, robust=True)
    return Watched(added=added, already=[asin for asin in wanted if asin in known])


def _add_targets(pairs: Iterable[tuple[str, str]], now: datetime) -> None:
    bulk.insert_new(PollTarget, ("product_id", "marketplace", "due_at"), ((*pair, now) for pair in pairs))


def unwatch(asins: Collection[str]) -> int:
    """Take products off the watchlist; what is known about them stays. Returns how many were on it."""
    with transaction.atomic():
        hold(asins)
        PollTarget.objects.filter(product_id__in=asins).delete()
        watches = Watch.objects.filter(product_id__in=asins)
        count = watches.count()
        watches.delete()
        touch(asins)
    return count


def set_paused(asins: Collection[str], *, paused: bool, now: datetime) -> int:
    """Pause or resume watches; resumed ones are due at once. Returns how many changed."""
    with transaction.atomic():
        hold(asins)
        changed = Watch.objects.filter(product_id__in=asins, paused=not paused).update(paused=paused)
        if not paused:
            poll_at_once(asins, now=now)
    return changed


def poll_at_once(asins: Collection[str], *, now: datetime) -> None:
    """Make the targets of these products due, and wake the planner when that is committed."""
    with transaction.atomic():
        hold(asins)
        later = PollTarget.objects.select_for_update().filter(product_id__in=asins, due_at__gt=now).order_by("id")
        bulk.update(PollTarget, ("due_at",), [(now, pk) for pk in later.values_list("id", flat=True)], key=("id",))
        transaction.on_commit(wake_planner, robust=True)


def follow_marketplaces(watch: Watch, *, now: datetime) -> None:
    """Make the poll targets of an edited watch agree with its marketplaces, and poll what is new at once."""
    with transaction.atomic():
        PollTarget.objects.filter(product_id=watch.product_id).exclude(marketplace__in=watch.marketplaces).delete()
        _add_targets([(watch.product_id, code) for code in watch.marketplaces], now)
        transaction.on_commit(wake_planner, robust=True)


def hold(asins: Collection[str]) -> None:
    """Lock these products to the end of the transaction.

    Who writes more of a product than one table begins with this, and appends to the log last: then no two writers
    wait for each other in a circle (docs/postgres.md).
    """
    dirty.hold(sorted(asins))


def touch(asins: Collection[str]) -> None:
    """Say that something shown in these products' search documents changed."""
    dirty.touch(asins)


def remove(asins: Collection[str]) -> int:
    """Delete products with everything known about them, and their search documents. Returns how many there were."""
    count = 0
    with transaction.atomic():
        dirty.bury(asins)
        for part in dirty.parts(asins):
            products = Product.objects.filter(asin__in=part)
            count += products.count()
            products.delete()
    return count


def want_recompute(asins: Collection[str] | None = None) -> None:
    """Ask the detector to look at these products again, or at all of them.

    The wish for all is one row, so that it commits with what made it necessary; `next_of_all` works it off.
    """
    if asins is None:
        if Product.objects.exists():  # migrations wish too, where there is nothing yet
            RecomputeAll.objects.update_or_create(pk=RecomputeAll.ONLY, defaults={"after": ""})
        return
    for part in dirty.parts(asins):
        with transaction.atomic():
            hold(part)
            Product.objects.filter(asin__in=part, recompute_wanted=False).update(recompute_wanted=True)


def next_of_all(limit: int) -> list[str]:
    """Take the next products, in order, that a wish for all has not reached; none without one, or at its end.

    Runs in the transaction that appends their records. Whoever wishes meanwhile begins it anew, and of two who take the
    same products both ask.
    """
    wish = RecomputeAll.objects.first()
    if wish is None:
        return []
    rest = Product.objects.filter(asin__gt=wish.after).order_by("asin")
    asins = list(rest.values_list("asin", flat=True)[:limit])
    hold(asins)
    as_read = RecomputeAll.objects.filter(pk=wish.pk, after=wish.after)
    if asins:
        as_read.update(after=asins[-1])
    else:
        as_read.delete()
    recompute_asked(asins)
    return asins


def recompute_asked(asins: Collection[str]) -> None:
    """The wish of these products is with the detector now. Runs in the transaction that appends the records."""
    Product.objects.filter(asin__in=asins, recompute_wanted=True).update(recompute_wanted=False)


def set_best_flips(best: dict[str, BestFlip | None]) -> set[str]:
    """Store the best flip of each product, or none; returns the products of which it changed, which are touched.

    Written by the detector for the default profile.
    """
    if not best:
        return set()
    known = Product.objects.filter(asin__in=best).values_list("asin", *BEST_COLUMNS)
    changed = []
    for asin, *before in known:
        flip = best[asin]
        values = astuple(flip) if flip else (None, None, None, None, "", "")
        if values != tuple(before):
            changed.append((*values, asin))
    if changed:
        bulk.update(Product, BEST_COLUMNS, changed, key=("asin",))
        touch([row[-1] for row in changed])
    return {row[-1] for row in changed}


def set_heat(heats: dict[tuple[str, str], int], *, now: datetime, at_most: timedelta) -> None:
    """Store how hot listings are; one that grew hotter is due within `at_most`.

    `heats` maps (asin, marketplace) to a PollTarget.Heat value. Runs in the caller's transaction.
    """
    targets = PollTarget.objects.select_for_update().filter(product_id__in={asin for asin, _ in heats}).order_by("id")
    changed = []
    for pk, asin, code, before, due_at in targets.values_list("id", "product_id", "marketplace", "heat", "due_at"):
        heat = heats.get((asin, code), before)
        if heat != before:
            changed.append((heat, min(due_at, now + at_most) if heat > before else due_at, pk))
    bulk.update(PollTarget, ("heat", "due_at"), changed, key=("id",))
