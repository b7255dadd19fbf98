"""A recorded answer of the live API through the whole pipeline: HTTP, tokens, log, consumers, rows, page and API.

Nothing here assumes a text: those of the recording are blotted out.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from arbitrage_site.clock import moment_of, now
from ingestion.eventlog.sql import append
from ingestion.events import RawKeepaUpdate
from ingestion.keepa import paid
from ingestion.keepa.envelope import Answer
from ingestion.models import DeadLetter, LogPosition, LogRecord, TokenUse
from ingestion.simulator.clock import minute_of_ms
from ingestion.simulator.server import serve_in_thread
from ingestion.topics import ENRICHED, RAW
from products.marketplaces import MARKETPLACES
from products.models import Listing
from products.series import COUNT_NEW, KEPT, NEW, SALES, of_listing

CODE = "4004122159147"
GERMANY = MARKETPLACES["DE"]
PACK_OF_TWO, SINGLE = "B008DD0KJC", "B006OITSE6"
pytestmark = [pytest.mark.recorded, pytest.mark.django_db]


@dataclass(slots=True)
class Recording:
    """The recorded bytes as a server gives them, and what was asked for."""

    body: bytes
    asked: list[str]

    @property
    def content(self) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode(self.body)
        return found

    @property
    def minute(self) -> int:
        """The Keepa minute of the recording."""
        return minute_of_ms(self.content["timestamp"])

    @property
    def products(self) -> dict[str, dict[str, Any]]:
        return {product["asin"]: product for product in self.content["products"]}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """A WSGI application that knows two paths; the balance before is invented: the true one lies in our reserve."""
        self.asked.append(f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}")
        start_response("200 OK", [("Content-Type", "application/json;charset=utf-8")])
        if environ["PATH_INFO"] == "/product":
            return [self.body]
        before = {name: value for name, value in self.content.items() if name != "products"}
        before |= {"timestamp": before["timestamp"] - 1_000, "tokensLeft": 100, "tokensConsumed": 0}
        return [msgspec.json.encode(before)]


@pytest.fixture
def recording(keepa_samples: Path, settings: Settings) -> Iterator[Recording]:
    """A server with the recorded bytes, at the time of the recording."""
    served = Recording((keepa_samples / "product_code_de.json").read_bytes(), [])
    with serve_in_thread(served) as address, time_machine.travel(moment_of(served.minute), tick=False):
        settings.KEEPA_BASE_URL = address
        yield served


@pytest.fixture
def answer(recording: Recording) -> Answer:
    """What the client of this installation understood."""
    with paid.from_settings() as client:
        return client.codes(GERMANY.domain_id, [CODE], limit=5, stats=90)


@pytest.fixture
def listings(answer: Answer) -> dict[str, Listing]:
    """The rows after every consumer passed the answer's records."""
    with transaction.atomic():
        append(RAW, [update(asin, raw, answer) for asin, raw in answer.products.items()], now=now())
    call_command("run_consumers", until_end=True)
    return {row.product_id: row for row in Listing.objects.all()}


def update(asin: str, raw: msgspec.Raw, answer: Answer) -> RawKeepaUpdate:
    """The record of one product, as polling writes it after asking its whole history."""
    return RawKeepaUpdate(
        event_id=uuid4(),
        occurred_at=now(),
        asin=asin,
        marketplace=GERMANY.code,
        domain_id=GERMANY.domain_id,
        fetched_at=now(),
        source_minute=msgspec.json.decode(raw)["lastUpdate"],
        asked=["history"],
        history_from=0,
        tokens=answer.envelope.tokens_consumed // len(answer.products),
        product=raw,
    )


def test_it_was_asked_by_code_and_cost_what_keepa_took(recording: Recording, answer: Answer) -> None:
    [balance, products] = recording.asked
    assert balance.startswith("/token?")
    assert f"code={CODE}&code-limit=5" in products
    assert list(answer.products) == [PACK_OF_TWO, SINGLE]
    assert TokenUse.objects.get().tokens == 2


def test_every_recorded_point_of_a_kept_series_is_there_and_no_other(
    recording: Recording, listings: dict[str, Listing]
) -> None:
    assert listings.keys() == {PACK_OF_TWO, SINGLE}
    for asin, product in recording.products.items():
        history = of_listing(listings[asin])
        recorded = {kind: product["csv"][kind] for kind in KEPT if kind < len(product["csv"]) and product["csv"][kind]}
        assert {kind: series.minutes.tolist() for kind, series in history.items()} == {
            kind: csv[::2] for kind, csv in recorded.items()
        }
        assert {kind: series.values.tolist() for kind, series in history.items()} == {
            kind: csv[1::2] for kind, csv in recorded.items()
        }


def test_prices_rank_and_offers_are_the_newest_recorded_ones(
    recording: Recording, listings: dict[str, Listing]
) -> None:
    for asin, product in recording.products.items():
        row, newest = listings[asin], {kind: csv[-1] for kind, csv in enumerate(product["csv"]) if csv}
        assert (row.new, row.rank, row.offers) == tuple(known(newest[kind]) for kind in (NEW, SALES, COUNT_NEW))
        assert (row.reference, row.buy_box, row.currency) == (row.new, None, "EUR")
        assert row.source_minute == product["lastUpdate"]


def known(value: int) -> int | None:
    return None if value < 0 else value


def test_measures_and_fees_are_known_for_one_and_unknown_for_the_other(listings: dict[str, Listing]) -> None:
    pack, single = listings[PACK_OF_TWO], listings[SINGLE]
    assert (single.package_length, single.package_width, single.package_height) == (700, 580, 40)
    assert (single.package_weight, single.fba_fee, single.referral_rate) == (2000, 791, 149_800)
    assert (pack.package_length, pack.package_weight, pack.fba_fee, pack.referral_rate) == (None, None, None, None)
    assert (single.pack_quantity, pack.pack_quantity) == (1, 2)
    assert single.eans == pack.eans == [CODE]


def test_nothing_is_set_aside_and_everything_is_conserved(listings: dict[str, Listing]) -> None:
    call_command("conservation")
    assert not DeadLetter.objects.exists()
    assert LogRecord.objects.filter(topic=ENRICHED.name).count() == 2
    assert sum(row.applied for row in LogPosition.objects.filter(topic=RAW.name)) == 2


def test_page_and_api_show_the_recorded_price(listings: dict[str, Listing], client: Client) -> None:
    client.force_login(User.objects.create_user("ada"))
    single = listings[SINGLE]
    [shown] = client.get(f"/api/v1/products/{SINGLE}").json()["listings"]
    assert (shown["marketplace"], shown["new"], shown["rank"]) == ("DE", single.new, single.rank)
    assert single.new is not None
    assert f"€{single.new // 100}.{single.new % 100:02d}" in client.get(f"/products/{SINGLE}/").content.decode()
