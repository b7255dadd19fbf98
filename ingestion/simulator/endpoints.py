"""The endpoints: parameters in, payload and cost out (keepa.md 7)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ingestion.simulator.catalogue import asins_of_code, exists
from ingestion.simulator.domains import DOMAINS
from ingestion.simulator.hashing import I64
from ingestion.simulator.market import Market
from ingestion.simulator.parameters import Parameters, invalid, out_of_range
from ingestion.simulator.products import CSV_LENGTH, Asked, products

BATCH = 100
NEVER_REFRESH = -1
BUY_BOX_COST = 2


@dataclass(frozen=True, slots=True)
class Served:
    """The payload beside the envelope, and what it costs."""

    payload: dict[str, Any]
    tokens: int


class Endpoints:
    """What the simulated Keepa knows, by endpoint. `csv_length` is 36, or 34 as until late 2025."""

    def __init__(self, market: Market, *, catalogue_size: int, csv_length: int = CSV_LENGTH) -> None:
        self.market = market
        self.catalogue_size = catalogue_size
        self.csv_length = csv_length
        self._collected: dict[tuple[str, int], int] = {}

    def product(self, query: Parameters, now: int) -> Served:
        """/product by `asin` or by `code`. `now` is a Keepa minute."""
        domain = domain_of(query)
        update = query.number("update")
        asins = self._asins(query, update)
        asked = Asked(
            history=query.flag("history", default=True),
            days=_positive(query, "days"),
            buybox=query.flag("buybox"),
            rating=query.flag("rating"),
        )
        ends = self._ends(asins, domain, update, now)
        found = products(self.market, asins, domain, ends, asked, csv_length=self.csv_length)
        each = 1 + BUY_BOX_COST * asked.buybox + asked.rating + (update == 0)
        return Served({"products": found}, each * len(found))

    def _asins(self, query: Parameters, update: int | None) -> list[str]:
        by_asin, by_code = query.listed("asin", at_most=BATCH), query.listed("code", at_most=BATCH)
        if bool(by_asin) == bool(by_code):
            raise invalid("Give either asin or code.")
        if by_asin:
            return [asin for asin in by_asin if update != NEVER_REFRESH or exists(asin)]
        limit = _positive(query, "code-limit")
        return [asin for code in by_code for asin in asins_of_code(code)[:limit]]

    def _ends(self, asins: list[str], domain: int, update: int | None, now: int) -> I64:
        """When each listing was looked at last; update=0 looks at once, and is remembered."""
        if update == 0:
            self._collected.update(dict.fromkeys([(asin, domain) for asin in asins], now))
        batch = self.market.traits(asins, domain)
        every = self.market.refresh_minutes * max(update or 1, 1)
        regular = self.market.last_update(batch, now, every=every)
        return np.maximum(regular, [self._collected.get((asin, domain), 0) for asin in asins])


def domain_of(query: Parameters) -> int:
    """The domain parameter, which must be one of Keepa's numbers."""
    domain = query.number("domain")
    if domain not in DOMAINS:
        raise invalid("domain must be one of Keepa's numbers, for example 3 for amazon.de.")
    return domain


def _positive(query: Parameters, name: str) -> int | None:
    value = query.number(name)
    if value is not None and value < 1:
        raise out_of_range(f"{name} must be at least 1.")
    return value
