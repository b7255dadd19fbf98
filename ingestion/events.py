"""The records of the four topics, typed. The JSON Schemas in docs/contracts/ are generated from these.

A value is UTF-8 JSON with `schema` (name and version), `event_id` and `occurred_at`. Unknown fields are ignored;
a missing required one makes the record a dead letter with the path that failed.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

Asin = Annotated[str, Meta(pattern="^[A-Z0-9]{10}$")]
Code = Literal["DE", "IT", "ES", "UK", "FR"]
Group = Literal["history", "buybox", "rating", "offers"]
State = Literal["opened", "improved", "worsened", "closed", "reopened"]
Severity = Literal["info", "warning", "critical"]


class Event(Struct, kw_only=True, frozen=True):
    """What every event carries."""

    event_id: UUID
    occurred_at: datetime


class RawKeepaUpdate(Event, tag_field="schema", tag="raw.keepa_updates.v1", frozen=True, kw_only=True):
    """One product on one marketplace as Keepa sent it. `product` is Keepa's object, untouched.

    `source_minute` is Keepa's lastUpdate; `history_from` the Keepa minute from which history was asked, 0 for all;
    `tokens` the share of the request's cost.
    """

    asin: Asin
    marketplace: Code
    domain_id: int
    fetched_at: datetime
    source_minute: int
    asked: list[Group]
    history_from: int
    tokens: int
    product: msgspec.Raw
    is_demo: bool = False


class EnrichedListing(Struct, frozen=True, kw_only=True):
    """A listing in our words. Prices are minor units of `currency` or null; windows as in products.models.Listing."""

    currency: str
    buy_box: int | None
    new: int | None
    amazon: int | None
    in_stock: bool
    rank: int | None
    offers: int | None
    rating: int | None
    reviews: int | None
    average_30: int | None
    average_90: int | None
    median_90: int | None
    p25_30: int | None
    trend_30: int | None
    delta_1: int | None
    delta_7: int | None
    delta_30: int | None
    in_stock_30: int | None
    in_stock_90: int | None
    observed_at: datetime


class ProductEnriched(Event, tag_field="schema", tag="products.enriched.v1", frozen=True, kw_only=True):
    """What changed for a product (`observed`), or the wish to compute it again (`recompute`: asin and cause only)."""

    asin: Asin
    cause: Literal["observed", "recompute"]
    title: str = ""
    brand: str = ""
    category: str = ""
    changed: list[Code] = []
    listings: dict[Code, EnrichedListing] = {}
    fetched_at: datetime | None = None


class FlipNumbers(Struct, frozen=True, kw_only=True):
    """The numbers of a flip in minor units, ratios in basis points."""

    buy_price: int
    buy_currency: str
    sell_price: int
    currency: str
    fees: int
    net: int
    net_eur: int
    roi: int
    margin: int
    max_buy: int | None
    is_estimate: bool


class OpportunityChanged(Event, tag_field="schema", tag="arbitrage.opportunities.v1", frozen=True, kw_only=True):
    """An opportunity opened, improved, worsened, closed or reopened. `reason` is empty unless it closed."""

    opportunity_id: UUID
    asin: Asin
    source: Code
    target: Code
    profile: str
    state: State
    reason: str
    numbers: FlipNumbers
    score: int
    fetched_at: datetime | None = None


class AlertRaised(Event, tag_field="schema", tag="arbitrage.alerts.v1", frozen=True, kw_only=True):
    """One alert. `alert_id` is UUID5(rule id, id of the triggering event)."""

    alert_id: UUID
    rule: str
    opportunity_id: UUID
    asin: Asin
    source: Code
    target: Code
    state: State
    severity: Severity
    numbers: FlipNumbers
    source_url: str
    target_url: str
