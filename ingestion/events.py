"""The records of the four topics, typed. The JSON Schemas in docs/contracts/ are generated from these.

A value is UTF-8 JSON with `schema` (name and version), `event_id` and `occurred_at`. Unknown fields are ignored;
a missing required one makes the record a dead letter with the path that failed.
"""

from datetime import datetime
from functools import cache
from typing import Annotated, Literal, Protocol, TypeVar, overload
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from ingestion.errors import InvalidRecord
from products.marketplaces import Code

Asin = Annotated[str, Meta(pattern="^[A-Z0-9]{10}$")]
Moment = Annotated[datetime, Meta(tz=True)]
Group = Literal["history", "buybox", "rating", "offers"]
State = Literal["opened", "improved", "worsened", "closed", "reopened"]
Severity = Literal["info", "warning", "critical"]


class Event(Struct, kw_only=True, frozen=True):
    """What every event carries. The ASIN is the key under which it is appended."""

    event_id: UUID
    occurred_at: Moment
    asin: Asin


class RawKeepaUpdate(Event, tag_field="schema", tag="raw.keepa_updates.v1", frozen=True, kw_only=True):
    """One product on one marketplace as Keepa sent it. `product` is Keepa's object, untouched.

    `source_minute` is Keepa's lastUpdate; `history_from` the Keepa minute from which history was asked, 0 for all;
    `tokens` the share of the request's cost.
    """

    marketplace: Code
    domain_id: int
    fetched_at: Moment
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
    observed_at: Moment


class ProductEnriched(Event, tag_field="schema", tag="products.enriched.v1", frozen=True, kw_only=True):
    """What changed for a product (`observed`), or the wish to compute it again (`recompute`: asin and cause only)."""

    cause: Literal["observed", "recompute"]
    title: str = ""
    brand: str = ""
    category: str = ""
    changed: list[Code] = []
    listings: dict[Code, EnrichedListing] = {}
    fetched_at: Moment | None = None


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
    """An opportunity opened, improved, worsened, closed or reopened.

    `reason` says why it closed; "confirmed" is an improvement by an estimate that became certain; else it is empty.
    """

    opportunity_id: UUID
    source: Code
    target: Code
    profile: str
    state: State
    reason: str
    numbers: FlipNumbers
    score: int
    fetched_at: Moment | None = None


class AlertRaised(Event, tag_field="schema", tag="arbitrage.alerts.v1", frozen=True, kw_only=True):
    """One alert. `alert_id` is UUID5(rule id, id of the triggering event)."""

    alert_id: UUID
    rule: str
    opportunity_id: UUID
    source: Code
    target: Code
    state: State
    severity: Severity
    numbers: FlipNumbers
    source_url: str
    target_url: str


E = TypeVar("E", bound=Event)
_encoder = msgspec.json.Encoder()


class CarriesEvents(Protocol):
    """A topic, as far as decoding needs it."""

    @property
    def event(self) -> type[Event]:
        """What it carries."""
        ...


def schema_of(event: type[Event]) -> str:
    """Name and version of a contract, for example products.enriched.v1."""
    return str(event.__struct_config__.tag)


def encode(event: Event) -> bytes:
    """The value of a record."""
    return _encoder.encode(event)


@overload
def decode(kind: type[E], value: bytes) -> E: ...


@overload
def decode(kind: CarriesEvents, value: bytes) -> Event: ...


def decode(kind: type[Event] | CarriesEvents, value: bytes) -> Event:
    """The event in a record's value, by its type or the topic that carries it.

    Raises InvalidRecord with the path that failed: kind `decode` when it is not JSON, `schema` when it does not fit.
    """
    event: type[Event] = kind if isinstance(kind, type) else kind.event
    try:
        decoded: Event = _decoder(event).decode(value)
    except msgspec.ValidationError as error:
        raise InvalidRecord(f"{schema_of(event)}: {error}", kind="schema") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRecord(f"{schema_of(event)}: {error}", kind="decode") from error
    return decoded


@cache
def _decoder(event: type[E]) -> msgspec.json.Decoder[E]:
    return msgspec.json.Decoder(event)
