"""Search documents of a replay against those of the live rows, as far as raw records decide what they say."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from ingestion.enrichment.changes import Key
from ingestion.replay.places import ALIAS, LIVE
from products.models import Listing, Product
from products.search.documents import BEST, Document, document

_PRODUCTS = 100
_OTHERS = frozenset({*BEST, "arbitrage_scores", "tags", "updated_at", "document_version"})
"""What follows from flips, which are judged by the profiles of the moment; from people; from the size of batches."""


@dataclass(slots=True)
class Documents:
    """How many were compared; `differences` are sentences."""

    compared: int = 0
    differences: list[str] = field(default_factory=list)


def compare_documents(equal: Collection[Key], later: Callable[[], Collection[str]]) -> Documents:
    """The documents of products of which every listing is among the `equal` ones.

    `later` names products that have moved on; it is asked after the rows were read.
    """
    found = Documents()
    asins = sorted({asin for asin, _ in equal})
    for start in range(0, len(asins), _PRODUCTS):
        part = asins[start : start + _PRODUCTS]
        live, replayed = _made(part, equal, LIVE), _made(part, equal, ALIAS)
        for asin in sorted((live.keys() & replayed.keys()).difference(later())):
            found.compared += 1
            names = sorted(name for name in live[asin] if live[asin][name] != replayed[asin][name])
            if names:
                found.differences.append(f"{asin}: its search document differs in {', '.join(names)}")
    return found


def _made(asins: Collection[str], equal: Collection[Key], alias: str) -> dict[str, Document]:
    listings: dict[str, list[Listing]] = defaultdict(list)
    for listing in Listing.objects.using(alias).filter(product_id__in=asins):
        listings[listing.product_id].append(listing)
    made = {}
    for product in Product.objects.using(alias).filter(asin__in=asins):
        if all((product.asin, listing.marketplace) in equal for listing in listings[product.asin]):
            whole = document(product, listings[product.asin], tags=(), scores=())
            made[product.asin] = {name: value for name, value in whole.items() if name not in _OTHERS}
    return made
