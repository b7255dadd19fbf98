"""The endpoints: parameters in, payload and cost out (keepa.md 7)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingestion.simulator.catalogue import asins_of_code, exists
from ingestion.simulator.csv_types import CSV_LENGTH
from ingestion.simulator.domains import DOMAINS
from ingestion.simulator.hashing import I64
from ingestion.simulator.intervals import interval
from ingestion.simulator.listings import Listings
from ingestion.simulator.market import Market
from ingestion.simulator.parameters import Parameters, invalid
from ingestion.simulator.products import Asked, products

BATCH = 100
NEVER_REFRESH = -1
BUY_BOX_COST = 2
BEST_SELLERS_COST = 50
SEARCH_PAGE, SEARCH_PAGE_COST, SEARCH_PAGES = 10, 10, 10
PAGES_WITHOUT_PAGE = 4
CATEGORY_BATCH = 10


@dataclass(frozen=True, slots=True)
class Served:
    """The payload beside the envelope, and what it costs."""

    payload: dict[str, Any]
    tokens: int


Endpoint = Callable[[Parameters, int], Served]


class Endpoints:
    """What the simulated Keepa knows, by endpoint. `csv_length` is 36, or 34 as until late 2025."""

    def __init__(self, market: Market, *, catalogue_size: int, csv_length: int = CSV_LENGTH) -> None:
        self.market = market
        self.csv_length = csv_length
        self._listings = Listings(market, size=catalogue_size)
        self._collected: dict[tuple[str, int], int] = {}

    def routes(self) -> dict[str, Endpoint]:
        """The endpoints by path. Each takes the parameters and the current Keepa minute."""
        return {
            "product": self.product,
            "search": self.search,
            "category": self.category,
            "bestsellers": self.best_sellers,
        }

    def product(self, query: Parameters, now: int) -> Served:
        """/product by `asin` or by `code`: 1 token each, 2 more with the buy box, 1 with rating, 1 for update=0."""
        if query.text("offers") is not None:
            raise invalid("This simulator has no offers; leave the parameter out.")
        domain = domain_of(query)
        update = query.at_least("update", NEVER_REFRESH)
        asked = _asked(query, now)
        found = self._products(self._wanted(query, update), domain, update, asked, now)
        each = 1 + BUY_BOX_COST * asked.buybox + asked.rating + (update == 0)
        return Served({"products": found}, each * len(found))

    def search(self, query: Parameters, now: int) -> Served:
        """/search for products (10 tokens a page of ten) or for categories (1 token)."""
        domain, term = domain_of(query), (query.text("term") or "").strip()
        if not term:
            raise invalid("term is missing.")
        kind = query.text("type")
        if kind == "category":
            found = self._listings.categories_named(term, domain)
            return Served({"categories": {str(number): entry for number, entry in found.items()}}, 1)
        if kind != "product":
            raise invalid("type must be product or category.")
        return self._search_products(query, domain, term, now)

    def category(self, query: Parameters, now: int) -> Served:  # noqa: ARG002 - every endpoint takes the minute
        """/category by id, up to ten, or 0 for all roots; `parents` adds their parents for 1 token more."""
        domain, parents = domain_of(query), query.flag("parents")
        wanted = query.numbers("category", at_most=CATEGORY_BATCH)
        if not wanted:
            raise invalid("category is missing.")
        known = self._listings.categories(domain)
        if wanted == [0]:
            wanted = [number for number, entry in known.items() if entry["parent"] == 0]
        found = {str(number): known[number] for number in wanted if number in known}
        payload: dict[str, Any] = {"categories": found}
        if parents:
            above = {entry["parent"] for entry in found.values()} - {0}
            payload["categoryParents"] = {str(number): known[number] for number in sorted(above)}
        return Served(payload, 1 + parents)

    def best_sellers(self, query: Parameters, now: int) -> Served:
        """/bestsellers of a category: 50 tokens, or none where there is no list."""
        domain, category = domain_of(query), query.number("category")
        if category is None:
            raise invalid("category is missing.")
        if query.number("range") not in (None, 0, 30, 90, 180):
            raise invalid("range must be 0, 30, 90 or 180.")
        asins = self._listings.best_sellers(category, domain, now)
        if not asins:
            return Served({}, 0)
        found = {"domainId": domain, "lastUpdate": now - now % 60, "categoryId": category, "asinList": asins}
        return Served({"bestSellersList": found}, BEST_SELLERS_COST)

    def _search_products(self, query: Parameters, domain: int, term: str, now: int) -> Served:
        page = query.within("page", 0, SEARCH_PAGES - 1)
        matching = self._listings.search(term, domain)
        first, pages = (0, PAGES_WITHOUT_PAGE) if page is None else (page, 1)
        asins = matching[first * SEARCH_PAGE : (first + pages) * SEARCH_PAGE]
        tokens = SEARCH_PAGE_COST * max(1, -(-len(asins) // SEARCH_PAGE))
        if query.flag("asins-only"):
            return Served({"asinList": asins}, tokens)
        asked, update = _asked(query, now), query.at_least("update", NEVER_REFRESH)
        found = self._products(asins, domain, update, asked, now)
        return Served({"products": found}, tokens + (update == 0) * len(found) + asked.rating * min(len(found), 5))

    def _wanted(self, query: Parameters, update: int | None) -> list[str]:
        by_asin, by_code = query.listed("asin", at_most=BATCH), query.listed("code", at_most=BATCH)
        if bool(by_asin) == bool(by_code):
            raise invalid("Give either asin or code.")
        if by_asin:
            return [asin for asin in by_asin if update != NEVER_REFRESH or exists(asin)]
        limit = query.at_least("code-limit", 1)
        return [asin for code in by_code for asin in asins_of_code(code)[:limit]]

    def _products(
        self, asins: list[str], domain: int, update: int | None, asked: Asked, now: int
    ) -> list[dict[str, Any]]:
        ends = self._ends(asins, domain, update, now)
        return products(self.market, asins, domain, ends, asked, csv_length=self.csv_length)

    def _ends(self, asins: list[str], domain: int, update: int | None, now: int) -> I64:
        """When each listing was looked at last; update=0 looks at once, and is remembered."""
        if update == 0:
            self._collected.update(dict.fromkeys([(asin, domain) for asin in asins], now))
        batch = self.market.traits(asins, domain)
        every = self.market.refresh_minutes * max(update or 1, 1)
        regular = self.market.last_update(batch, now, every=every)
        known = [self._collected.get((asin, domain), 0) for asin in asins]
        return np.maximum(regular, np.array(known, dtype=np.int64))


def domain_of(query: Parameters) -> int:
    """The domain parameter, which must be one of Keepa's numbers."""
    domain = query.number("domain")
    if domain not in DOMAINS:
        raise invalid("domain must be one of Keepa's numbers, for example 3 for amazon.de.")
    return domain


def _asked(query: Parameters, now: int) -> Asked:
    return Asked(
        history=query.flag("history", default=True),
        days=query.at_least("days", 1),
        buybox=query.flag("buybox"),
        rating=query.flag("rating"),
        interval=interval(query.text("stats"), now),
    )
