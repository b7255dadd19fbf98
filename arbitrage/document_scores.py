"""What search documents say of flips: `settings.SEARCH_SCORES` names `scores`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from arbitrage.models import Opportunity

_SHOWN = ("source", "target", "score", "net", "currency", "net_eur", "roi", "margin", "is_estimate")


def scores(asins: Collection[str]) -> Mapping[str, Sequence[dict[str, Any]]]:
    """The open opportunities of the default profile by ASIN, best score first. One query.

    `net` is minor units of `currency`, `net_eur` EUR cents, `roi` and `margin` basis points.
    """
    rows = Opportunity.objects.filter(product_id__in=asins, state=Opportunity.State.OPEN, profile__is_default=True)
    found = defaultdict(list)
    for row in rows.order_by("-score", "-net_eur", "source", "target").values("product_id", *_SHOWN):
        found[row.pop("product_id")].append(row)
    return found
