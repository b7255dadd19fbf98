"""Documents that a search met and could not read."""

from collections.abc import Collection

import structlog
from django.db import Error as DatabaseError

from products.models import SearchDirty
from products.search import dirty

log = structlog.get_logger(__name__)


def rewrite(asins: Collection[str]) -> None:
    """Log these, and have their documents written anew with versions above those that the index may have.

    What is marked already is left alone: every search meets it until it is written. Documents without a product are
    left to the sweep. Raises nothing: the search goes on without them.
    """
    log.warning("search_documents_unreadable", asins=sorted(asins))
    try:
        marked = SearchDirty.objects.filter(asin__in=asins).values_list("asin", flat=True)
        dirty.touch(set(asins).difference(marked))
    except DatabaseError as error:
        log.warning("search_documents_not_marked", reason=str(error))
