"""Making documents of many products, of which one may have a row that cannot be read."""

import zlib
from collections.abc import Collection
from dataclasses import dataclass, field

from products.search.bulk_writer import Operation
from products.search.documents import Document, Looked, documents

_UNREADABLE = (ValueError, zlib.error)
"""What a packed history raises whose bytes are damaged, or of a newer version."""


@dataclass(slots=True)
class Made:
    """Documents with their versions by ASIN, and why there are none of others that exist."""

    documents: dict[str, tuple[int, Document]] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    def operations(self) -> list[Operation]:
        """Put each document into an index."""
        return [Operation(asin, version, document) for asin, (version, document) in self.documents.items()]


def make(asins: Collection[str], looked: Looked | None = None) -> Made:
    """All that can be made; the products are halved until one that cannot be read stands alone. See `documents`."""
    try:
        return Made(documents(asins, looked))
    except _UNREADABLE as error:
        parts = list(asins)
        if len(parts) == 1:
            return Made(broken={parts[0]: f"Its rows cannot be read: {error}"})
    half = len(parts) // 2
    one, other = make(parts[:half], looked), make(parts[half:], looked)
    return Made(one.documents | other.documents, one.broken | other.broken)
