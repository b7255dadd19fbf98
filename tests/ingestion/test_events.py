"""Events survive encoding, and what does not fit its contract is refused with the path that failed."""

from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import contracts
from ingestion.errors import InvalidRecord
from ingestion.events import Event, ProductEnriched, RawKeepaUpdate, decode, encode, schema_of
from ingestion.topics import ENRICHED, RAW, TOPICS

ENRICHED_VALUE = {
    "schema": "products.enriched.v1",
    "event_id": "0190b1d4-5f0e-7cc4-9a55-2f5a4c8e9d11",
    "occurred_at": "2026-11-20T12:00:00Z",
    "asin": "B000000001",
    "cause": "recompute",
}


def value(**fields: object) -> bytes:
    return msgspec.json.encode({name: one for name, one in (ENRICHED_VALUE | fields).items() if one is not None})


@settings(max_examples=60, deadline=None)
@given(
    title=st.text(max_size=60),
    product=st.dictionaries(st.text(max_size=8), st.integers(-(2**40), 2**40) | st.text(max_size=20), max_size=5),
    moment=st.datetimes(timezones=st.just(UTC)),
)
def test_events_survive_encoding(title: str, product: dict[str, object], moment: datetime) -> None:
    enriched = ProductEnriched(
        event_id=uuid4(), occurred_at=moment, asin="B000000001", cause="observed", title=title, changed=["DE", "UK"]
    )
    assert decode(ENRICHED, encode(enriched)) == enriched
    raw = RawKeepaUpdate(
        event_id=uuid4(), occurred_at=moment, asin="B000000001", marketplace="DE", domain_id=3, fetched_at=moment,
        source_minute=8_000_000, asked=["history"], history_from=0, tokens=1,
        product=msgspec.Raw(msgspec.json.encode(product)),
    )  # fmt: skip
    back = decode(RawKeepaUpdate, encode(raw))
    assert (back.asin, msgspec.json.decode(back.product)) == ("B000000001", product)


def test_keepas_object_is_carried_untouched() -> None:
    sent = b'{"asin":"B000000001",  "csv":[null,[1,-1]], "x":1e2}'
    body = value(schema="raw.keepa_updates.v1", marketplace="DE", domain_id=3, fetched_at="2026-11-20T12:00:00Z",
                 source_minute=1, asked=["history"], history_from=0, tokens=1)  # fmt: skip
    update = decode(RawKeepaUpdate, body[:-1] + b',"product":' + sent + b"}")
    assert bytes(update.product) == sent
    assert sent in encode(update)


def test_unknown_fields_are_ignored() -> None:
    assert decode(ENRICHED, value(colour="red")).asin == "B000000001"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"asin": None}, "Object missing required field `asin`"),
        ({"asin": "b0"}, r"Expected `str` matching regex .* at `\$.asin`"),
        ({"changed": ["DE", "US"]}, r"Invalid enum value 'US' - at `\$.changed\[1\]`"),
        ({"occurred_at": "2026-11-20T12:00:00"}, r"timezone.* at `\$.occurred_at`"),
        ({"schema": "products.enriched.v9"}, r"Invalid value 'products.enriched.v9' - at `\$.schema`"),
        ({"listings": {"DE": {"currency": 5}}}, r"at `\$.listings\[...\].currency`"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_path(fields: dict[str, object], reason: str) -> None:
    with pytest.raises(InvalidRecord, match=reason) as refused:
        decode(ENRICHED, value(**fields))
    assert refused.value.kind == "schema"
    assert refused.value.reason.startswith("products.enriched.v1: ")


@pytest.mark.parametrize("broken", [b"", b"{", b"<html>", b"\xff\xfe", b'{"schema": "\xff"}', b"[" * 100_000])
def test_what_is_not_json_is_refused(broken: bytes) -> None:
    with pytest.raises(InvalidRecord):
        decode(RAW, broken)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_an_event_or_refused(noise: bytes) -> None:
    with pytest.raises(InvalidRecord):
        decode(RAW, noise)


def test_the_contracts_in_the_documentation_are_those_of_the_code() -> None:
    written = {path.name: path.read_text() for path in contracts.folder().glob("*.json")}
    assert written == contracts.files(), "Run manage.py topics contracts."


def test_every_topic_names_its_contract() -> None:
    events: set[type[Event]] = {topic.event for topic in TOPICS.values()}
    assert {schema_of(one) for one in events} == {f"{name}.v1" for name in TOPICS}
