"""What search documents say of flips: `settings.SEARCH_SCORES` names `scores`."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from arbitrage.models import Opportunity
from products.services import touch

_SHOWN = ("source", "target", "score", "net", "currency", "net_eur", "roi", "margin", "is_estimate")
_SHOWN_ARE: dict[str, Any] = {"state": Opportunity.State.OPEN, "profile__is_default": True}


def scores(asins: Collection[str]) -> Mapping[str, Sequence[dict[str, Any]]]:
    """The open opportunities of the default profile by ASIN, best score first. One query.

    `net` is minor units of `currency`, `net_eur` EUR cents, `roi` and `margin` basis points.
    """
    rows = Opportunity.objects.filter(product_id__in=asins, **_SHOWN_ARE)
    found = defaultdict(list)
    for row in rows.order_by("-score", "-net_eur", "source", "target").values("product_id", *_SHOWN):
        found[row.pop("product_id")].append(row)
    return found


@contextmanager
def profiles_change() -> Iterator[None]:
    """A transaction in which the default profile may become another one, or vanish: documents follow."""
    shown = Opportunity.objects.filter(**_SHOWN_ARE).order_by().values_list("product_id", "profile_id").distinct()
    with transaction.atomic():
        before = set(shown.all())
        yield
        touch({asin for asin, _ in before ^ set(shown.all())})
