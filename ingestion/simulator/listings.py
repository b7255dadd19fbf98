"""The catalogue as a shop shows it: categories, best sellers, search (keepa.md 7.3 to 7.5, 13)."""

import re
from typing import Any

import numpy as np

from ingestion.simulator.catalogue import absent_from, demo_asins, item
from ingestion.simulator.csv_types import NOTHING, SALES
from ingestion.simulator.domains import DOMAINS
from ingestion.simulator.market import Market
from ingestion.simulator.names import CATEGORIES, LANGUAGES
from ingestion.simulator.product_object import root_category, sub_category

SHORTEST_WORD = 3
MOST_CATEGORIES = 50

CategoryObject = dict[str, Any]


class Listings:
    """What a catalogue of `size` products looks like in each shop."""

    def __init__(self, market: Market, *, size: int) -> None:
        self._market = market
        self._asins = demo_asins(size)
        self._sold: dict[int, list[str]] = {}
        self._titles: dict[int, list[tuple[str, str]]] = {}

    def categories(self, domain: int) -> dict[int, CategoryObject]:
        """Every category of a shop by id: eleven roots, and one below each."""
        language = LANGUAGES.index(DOMAINS[domain].language)
        found: dict[int, CategoryObject] = {}
        for category in CATEGORIES:
            root, leaf = root_category(category.number, domain), sub_category(category.number, domain)
            count = len(self.of_category(root, domain))
            name = category.names[language]
            found[root] = _category(root, name, 0, [leaf], domain, count)
            found[leaf] = _category(leaf, f"{name}: {category.kind.title()}", root, None, domain, count)
        return found

    def categories_named(self, term: str, domain: int) -> dict[int, CategoryObject]:
        """Categories whose names hold every word of a term; words of fewer than three letters count for nothing."""
        words = [word for word in _words(term) if len(word) >= SHORTEST_WORD]
        if not words:
            return {}
        known = self.categories(domain).items()
        matching = [(number, found) for number, found in known if _holds(str(found["name"]), words)]
        return dict(matching[:MOST_CATEGORIES])

    def of_category(self, category: int, domain: int) -> list[str]:
        """The ASINs of a category, root or leaf, in the catalogue's order."""
        numbers = {
            entry.number
            for entry in CATEGORIES
            if category in (root_category(entry.number, domain), sub_category(entry.number, domain))
        }
        return [asin for asin in self._in(domain) if item(asin).category.number in numbers]

    def best_sellers(self, category: int, domain: int, now: int) -> list[str]:
        """The ASINs of a category by their current sales rank, best first."""
        asins = self.of_category(category, domain)
        batch = self._market.traits(asins, domain)
        ends = self._market.last_update(batch, now)
        ranks = self._market.histories(batch, ends, buybox=False, rating=False).series[SALES]
        last = ranks.bounds[1:] - 1
        known = ranks.bounds[1:] > ranks.bounds[:-1]
        current = np.where(known, ranks.values[last], NOTHING) if asins else np.zeros(0)
        order = np.argsort(np.where(current > 0, current, np.iinfo(np.int32).max), kind="stable")
        return [asins[place] for place in order.tolist()]

    def search(self, term: str, domain: int) -> list[str]:
        """The ASINs whose titles hold every word of a term, in the catalogue's order."""
        words = _words(term)
        if not words:
            return []
        return [asin for asin, title in self._titles_of(domain) if all(word in title for word in words)]

    def _in(self, domain: int) -> list[str]:
        if domain not in self._sold:
            self._sold[domain] = [asin for asin in self._asins if not absent_from(asin, domain)]
        return self._sold[domain]

    def _titles_of(self, domain: int) -> list[tuple[str, str]]:
        if domain not in self._titles:
            self._titles[domain] = [(asin, item(asin).title(domain).casefold()) for asin in self._in(domain)]
        return self._titles[domain]


def _words(term: str) -> list[str]:
    return re.findall(r"\w+", term.casefold())


def _holds(name: str, words: list[str]) -> bool:
    folded = name.casefold()
    return all(word in folded for word in words)


def _category(
    number: int, name: str, parent: int, children: list[int] | None, domain: int, count: int
) -> CategoryObject:
    return {
        "domainId": domain,
        "catId": number,
        "name": name,
        "contextFreeName": name,
        "parent": parent,
        "children": children,
        "isBrowseNode": parent != 0,
        "highestRank": 1 if count else -1,
        "lowestRank": 60_000 if count else -1,
        "productCount": count,
    }
