"""The contract of search over products, which every backend keeps and tests/contracts/search.py runs against each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, get_args

from products.marketplaces import CODES, MARKETPLACES, Code

Key = Literal["updated", "price", "margin", "net", "title"]
KEYS: tuple[Key, ...] = get_args(Key)
SORTS: tuple[str, ...] = tuple(sign + key for key in KEYS for sign in ("", "-"))
"""Accepted orders; a leading minus means descending. What has no value comes last either way, then by ASIN."""

CURRENCIES = tuple(dict.fromkeys(entry.currency for entry in MARKETPLACES.values()))
MOST_PER_PAGE = 100
FACET_VALUES = 30
SUGGESTIONS = 8
_LONGEST_TEXT = 200
_LAST_PAGE = 1_000_000
_LARGEST = 2**31 - 1


class InvalidQuery(ValueError):
    """A search that cannot be asked; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is looked for. Raises InvalidQuery for a marketplace, currency or order that does not exist.

    `text`: all words must occur in title, brand, ASIN or EAN; of the last word the beginning is enough. Accents and
    case do not matter. Text without any word finds nothing.
    `marketplace` is where price and stock are looked at; without it `currency` says in which listings.
    `min_margin` and `min_roi` are basis points of the best flip. `max_price` is minor units of the currency, and like
    the order `price` regards the lowest new offer. A page beyond the last is empty; sizes are cut to 1 to 100.
    """

    text: str = ""
    marketplace: Code | None = None
    category: str = ""
    brand: str = ""
    min_margin: int | None = None
    min_roi: int | None = None
    max_price: int | None = None
    currency: str = "EUR"
    in_stock: bool = False
    sort: str = "-updated"
    page: int = 1
    page_size: int = 20

    def __post_init__(self) -> None:
        if self.marketplace is not None and self.marketplace not in CODES:
            raise InvalidQuery(f"{self.marketplace!r:.20} is not a marketplace. Choose {', '.join(CODES)}.")
        if self.currency not in CURRENCIES:
            raise InvalidQuery(f"{self.currency!r:.20} is not a currency here. Choose {' or '.join(CURRENCIES)}.")
        if self.sort not in SORTS:
            raise InvalidQuery(f"{self.sort!r:.20} is not an order. Choose {', '.join(KEYS)}, with a minus to descend.")
        for name in ("text", "category", "brand"):
            object.__setattr__(self, name, getattr(self, name).replace("\0", "")[:_LONGEST_TEXT])
        for name in ("min_margin", "min_roi", "max_price"):
            object.__setattr__(self, name, _within(getattr(self, name), -_LARGEST, _LARGEST))
        object.__setattr__(self, "page", _within(self.page, 1, _LAST_PAGE))
        object.__setattr__(self, "page_size", _within(self.page_size, 1, MOST_PER_PAGE))

    @property
    def key(self) -> str:
        """What is sorted by, without direction."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return self.sort.startswith("-")


@dataclass(frozen=True, slots=True)
class ListingHit:
    """A listing of a hit. Prices are minor units of `currency`."""

    currency: str
    new: int | None
    amazon: int | None
    buy_box: int | None
    in_stock: bool
    source_minute: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A product that was found. `price` is the lowest new offer in the query's scope, minor units of `currency`.

    Net is EUR cents, ROI and margin basis points, all of the best flip for the default profile.
    """

    asin: str
    title: str
    brand: str
    category: str
    price: int | None
    currency: str
    score: int | None
    net: int | None
    roi: int | None
    margin: int | None
    source: str
    target: str
    updated_at: datetime
    listings: Mapping[str, ListingHit]


@dataclass(frozen=True, slots=True)
class Facet:
    """A value and how many products have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits. `facets` (category, brand, marketplace) each leave their own filter aside.

    `notice` is a sentence for the reader where another backend than the chosen one answered, else empty.
    """

    hits: Sequence[Hit]
    total: int
    page: int
    page_size: int
    facets: Mapping[str, Sequence[Facet]] = field(default_factory=dict)
    notice: str = ""

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.page_size))


@dataclass(frozen=True, slots=True)
class Matches:
    """ASINs alone, to narrow other rows by. `total` counts those beyond the limit; `notice` is that of a SearchPage."""

    asins: Sequence[str]
    total: int
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A way to go on from a few letters: a product with its ASIN, or a brand without one."""

    kind: Literal["product", "brand"]
    text: str
    asin: str = ""


class Search(Protocol):
    """Search over products."""

    tolerates_typos: bool

    def find(self, query: SearchQuery) -> SearchPage:
        """A page with facets."""
        ...

    def matches(self, text: str, limit: int) -> Matches:
        """At most `limit` products with these words, the likeliest first where the backend can tell.

        `limit` is up to 10,000. Text without any word finds nothing.
        """
        ...

    def suggest(self, text: str) -> Sequence[Suggestion]:
        """At most SUGGESTIONS, brands first."""
        ...

    def sync(self, asins: Collection[str]) -> None:
        """Make the documents of these products agree with their rows, those that are gone included."""
        ...

    def rebuild(self) -> int:
        """Write all documents anew; returns how many there are."""
        ...


def _within(value: int | None, least: int, most: int) -> int | None:
    return None if value is None else max(least, min(most, value))
