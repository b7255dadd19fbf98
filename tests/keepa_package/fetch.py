"""Runs in the environment of the published client, which has no setting for Keepa's address, and prints what it made.

Usage: python fetch.py ADDRESS, with the key on standard input. The client's own code is not touched: the names
`requests` and `aiohttp` in its two modules are replaced by thin objects that put another address in front of the path.
"""

import asyncio
import json
import sys
from typing import Any

import aiohttp
import keepa
import numpy as np
import requests
from keepa import keepa_async, keepa_sync

REAL = "https://api.keepa.com"
ASINS = ["B0DEMO0000", "B0DEMO0001", "B0DEMO0003"]
ASKED: dict[str, Any] = {"domain": "DE", "stats": 90, "rating": True, "buybox": True, "progress_bar": False}


class Requests:
    """`requests` for the synchronous client."""

    exceptions = requests.exceptions
    Response = requests.Response

    def __init__(self, address: str) -> None:
        self._address = address

    def get(self, url: str, *args: Any, **options: Any) -> requests.Response:
        """The same request to the other address."""
        return requests.get(url.replace(REAL, self._address), *args, **options)  # noqa: S113 - the client's own timeout


class Session:
    """A session of `aiohttp` that asks the other address."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._real = aiohttp.ClientSession()

    async def __aenter__(self) -> "Session":
        await self._real.__aenter__()
        return self

    async def __aexit__(self, *failure: Any) -> None:
        await self._real.__aexit__(*failure)

    def get(self, url: Any, *args: Any, **options: Any) -> Any:
        """The same request to the other address."""
        return self._real.get(str(url).replace(REAL, self._address), *args, **options)


class Aiohttp:
    """`aiohttp` for the asynchronous client."""

    def __init__(self, address: str) -> None:
        self._address = address

    def ClientSession(self) -> Session:  # noqa: N802 - the name by which the client calls it
        """A session as the client opens it."""
        return Session(self._address)

    def __getattr__(self, name: str) -> Any:
        return getattr(aiohttp, name)


def plain(product: dict[str, Any]) -> dict[str, Any]:
    """A parsed product in JSON's terms: nothing on offer, NaN in the client's arrays, becomes null."""
    data = {
        name: [None if isinstance(value, float) and np.isnan(value) else value for value in np.asarray(values).tolist()]
        for name, values in product["data"].items()
        if name in ("NEW", "AMAZON", "SALES", "BUY_BOX_SHIPPING", "RATING", "COUNT_NEW")
    }
    times = [moment.isoformat() for moment in product["data"]["NEW_time"]]
    parsed = product["stats_parsed"]
    return {
        "asin": product["asin"],
        "title": product["title"],
        "data": data,
        "new_times": times,
        "average": {name: float(value) for name, value in parsed["avg90"].items()},
    }


async def fetch_async(key: str) -> list[str]:
    """The titles that the asynchronous client gets."""
    api = await keepa.AsyncKeepa.create(key)
    found = await api.query(ASINS, **ASKED)
    return [product["title"] for product in found]


def main() -> None:
    """Ask for products, a code, categories and best sellers, and print the results as one object."""
    address, key = sys.argv[1], sys.stdin.readline().strip()
    keepa_sync.requests = Requests(address)
    keepa_async.aiohttp = Aiohttp(address)
    api = keepa.Keepa(key, check_key=True)
    roots = api.search_for_categories("Spielzeug", domain="DE")
    root = next(number for number, entry in roots.items() if not entry["parent"])
    result = {
        "products": [plain(product) for product in api.query(ASINS, **ASKED)],
        "typed": [product.title for product in api.query(ASINS, typed=True, **ASKED)],
        "async": asyncio.run(fetch_async(key)),
        "code": [p["asin"] for p in api.query("2990000000019", product_code_is_asin=False, **ASKED)],
        "best": api.best_sellers_query(root, domain="DE")[:3],
        "tokens": api.tokens_left,
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
