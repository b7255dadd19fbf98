"""What has to hold of the search index at rest. Read by `manage.py conservation`."""

import time
from collections.abc import Iterator

from products.models import SearchDirty
from products.search import dirty

PATIENCE_SECONDS = 5.0
"""What is marked while one looks is written within a second where a drain runs."""

_PAUSE_SECONDS = 0.2


def check() -> Iterator[str]:
    """Every difference as a sentence: documents that are marked and not written, and documents unlike their rows."""
    if not dirty.is_on():
        return
    from products.search.elastic.client import FAILURES, sentence  # the embedded mode does without the client
    from products.search.sweep import sweep

    for row in _left():
        refused = f" and was refused: {row.reason}" if row.is_parked else ""
        yield f"the search document of {row.asin} is to be written since {row.since:%Y-%m-%d %H:%M:%S}{refused}"
    try:
        swept = sweep(is_repairing=False)
    except FAILURES as error:
        yield f"the search index could not be compared: {sentence(error)}"
        return
    for each in swept.named:
        yield f"the search document of {each.asin} is {each.kind.value}"
    if unnamed := swept.kinds.total() - len(swept.named):
        yield f"{unnamed} more search documents differ"


def _left() -> list[SearchDirty]:
    """What is marked now and stays so."""
    marked = dict(SearchDirty.objects.values_list("asin", "document_version"))
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        rows = SearchDirty.objects.order_by("asin")
        left = [row for row in rows if row.document_version == marked.get(row.asin)]
        if not left or time.monotonic() >= until:
            return left
        time.sleep(_PAUSE_SECONDS)
