"""Documents to the index: our writer against a plain loop, our rebuild against that of django-elasticsearch-dsl."""

import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from benchmarks.services.catalogue import fill, installation
from benchmarks.setting import options, report

if TYPE_CHECKING:
    from products.models import Product
    from products.search.bulk_writer import Operation

OF_PLAIN = 0.8
TIMES_THE_LIBRARY = 3.0
ROUNDS = 5
PART = 1000


def plain(operations: "Sequence[Operation]") -> None:
    """Lines of JSON, a thousand documents a request, one request after the other, and no look at any document."""
    import msgspec
    import urllib3
    from django.conf import settings

    pool = urllib3.PoolManager()
    for start in range(0, len(operations), PART):
        lines: list[bytes] = []
        for each in operations[start : start + PART]:
            lines += msgspec.json.encode({"index": {"_id": each.asin}}), msgspec.json.encode(each.document)
        answer = pool.request(
            "POST",
            f"{settings.ELASTICSEARCH_URL}/{_index()}/_bulk",
            body=b"\n".join(lines) + b"\n",
            headers={"content-type": "application/x-ndjson"},
        )
        assert b'"errors":false' in answer.data[:200]


def ours(operations: "Sequence[Operation]") -> None:
    """What the drain and a rebuild do, of one that has been running for a while."""
    from products.search.bulk_writer import MOST_DOCUMENTS, BulkWriter

    writer = BulkWriter(_index())
    writer.documents = MOST_DOCUMENTS
    written = writer.write(operations)
    assert len(written.outcomes) == len(operations)
    assert not written.trouble


def library() -> None:
    """`search_index --rebuild` with a preparer that follows relations, as the library's documentation shows it."""
    from django.conf import settings
    from django.core.management import call_command
    from django_elasticsearch_dsl.management.commands.search_index import Command
    from elasticsearch.dsl import connections

    from arbitrage.document_scores import scores
    from products.models import Tag
    from products.search.documents import document
    from products.search.elastic.client import client
    from products.search.elastic.mapping import ProductDocument

    def prepare(_: ProductDocument, product: "Product") -> dict[str, Any]:
        listings = product.listings.all()
        flips = scores([product.asin]).get(product.asin, ())
        tags = Tag.objects.filter(watches__product=product).values_list("name", flat=True)
        return document(product, listings, tags=tags, scores=flips)

    connections.add_connection("default", client().options(request_timeout=60))
    ProductDocument.prepare = prepare
    ProductDocument._index._name = f"{settings.ELASTICSEARCH_INDEX_PREFIX}library"  # noqa: SLF001 - the library has no other way
    call_command(Command(), action="rebuild", force=True, models=["products"], verbosity=0)


def rebuilt() -> None:
    """`search_rebuild`."""
    from products.search.rebuild import rebuild

    rebuild(say=lambda _: None, grace=0)


def main() -> int:
    """Wall seconds, since the server works too; the best of some rounds for the writer, in turn with the plain loop."""
    arguments = options(__doc__ or "", products=4000)
    with installation():
        from products.models import Product
        from products.search.making import make
        from products.search.sync import operations_of

        fill(arguments.products)
        versions = dict(Product.objects.values_list("asin", "document_version"))
        operations = operations_of(versions, make(versions))
        seconds: dict[str, list[float]] = {"plain": [], "ours": []}
        for _ in range(ROUNDS):
            seconds["plain"].append(_on_a_new_index(lambda: plain(operations)))
            seconds["ours"].append(_on_a_new_index(lambda: ours(operations)))
        library_seconds, rebuild_seconds = _seconds(library), _seconds(rebuilt)
    of_plain = min(seconds["plain"]) / min(seconds["ours"])
    times = library_seconds / rebuild_seconds
    measured = {
        "documents": arguments.products,
        "plain_a_second": round(arguments.products / min(seconds["plain"])),
        "writer_a_second": round(arguments.products / min(seconds["ours"])),
        "writer_of_plain": round(of_plain, 2),
        "library_a_second": round(arguments.products / library_seconds),
        "rebuild_a_second": round(arguments.products / rebuild_seconds),
        "times_the_library": round(times, 1),
    }
    promise = f"{OF_PLAIN:.0%} of a plain loop, {TIMES_THE_LIBRARY:g} times the library's rebuild"
    passed = of_plain >= OF_PLAIN and times >= TIMES_THE_LIBRARY
    return report("bulk_index", promise, measured, passed=passed, as_json=arguments.json)


def _index() -> str:
    from products.search.elastic.mapping import concrete

    return concrete("bench")


def _on_a_new_index(action: Callable[[], None]) -> float:
    from products.search.elastic.client import client
    from products.search.elastic.mapping import index_settings, mappings

    asked = client().options(request_timeout=60)
    asked.indices.create(index=_index(), mappings=mappings(), settings={**index_settings(), "refresh_interval": "-1"})
    seconds = _seconds(action)
    asked.indices.delete(index=_index())
    return seconds


def _seconds(action: Callable[[], None]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
