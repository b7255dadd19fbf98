from collections.abc import Sequence
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from hypothesis import given
from hypothesis import strategies as st

from arbitrage import tasks
from arbitrage.detection import recompute
from arbitrage.tasks import request_recompute
from ingestion.eventlog.sql import append
from ingestion.eventlog.values import unpack
from ingestion.events import ProductEnriched, decode
from ingestion.models import LogRecord
from ingestion.topics import Topic
from products.models import Product, RecomputeAll
from products.services import next_of_all, want_recompute
from tests import factories
from tests.factories import NOON

db = pytest.mark.django_db
ASINS = [f"B0SLICE{number:03d}" for number in range(300)]
NOT_NOW = [asin for asin in ASINS if not recompute.in_slice(asin, NOON)]


def asked() -> list[ProductEnriched]:
    return [decode(ProductEnriched, unpack(row.value)) for row in LogRecord.objects.filter(topic="products.enriched")]


@given(st.from_regex("[A-Z0-9]{10}", fullmatch=True))
def test_every_product_has_its_turn_once_a_day(asin: str) -> None:
    turns = [recompute.in_slice(asin, NOON + timedelta(minutes=15 * slot)) for slot in range(96)]
    assert sum(turns) == 1


def test_the_turns_are_spread_over_the_day() -> None:
    per_slot = [
        sum(recompute.in_slice(asin, NOON + timedelta(minutes=15 * slot)) for asin in ASINS) for slot in range(96)
    ]
    assert sum(per_slot) == 300
    assert max(per_slot) < 15


@db
def test_wanted_open_and_sliced_products_are_due() -> None:
    turn = next(asin for asin in ASINS if recompute.in_slice(asin, NOON))
    for asin in (turn, *NOT_NOW[:3]):
        factories.product(asin)
    want_recompute([NOT_NOW[0]])
    factories.opportunity(Product.objects.get(pk=NOT_NOW[1]))
    factories.opportunity(Product.objects.get(pk=NOT_NOW[2]), state="closed", closed_at=NOON)
    assert recompute.due(NOON) == sorted([turn, NOT_NOW[0], NOT_NOW[1]])


@db
def test_a_request_carries_asin_and_cause_alone_and_clears_the_wish() -> None:
    factories.product()
    want_recompute(["B0TEST0001"])
    assert recompute.request(["B0TEST0001"], NOON) == 1
    [event] = asked()
    assert (event.asin, event.cause, event.listings, event.fetched_at) == ("B0TEST0001", "recompute", {}, None)
    assert not Product.objects.get().recompute_wanted


@db
def test_the_wish_and_its_record_stand_or_fall_together(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.product()
    want_recompute(["B0TEST0001"])
    monkeypatch.setattr("arbitrage.detection.recompute.Product.objects", None)
    with pytest.raises(AttributeError):
        recompute.request(["B0TEST0001"], NOON)
    monkeypatch.undo()
    assert (Product.objects.get().recompute_wanted, asked()) == (True, [])


@db
def test_the_task_asks_for_what_is_wanted() -> None:
    factories.product()
    want_recompute(["B0TEST0001"])
    request_recompute()
    assert [event.asin for event in asked()] == ["B0TEST0001"]


@db
def test_the_task_asks_for_all_once_where_that_is_wished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "now", lambda: NOON)  # at another time it is the turn of some of these anyway
    for asin in NOT_NOW[:3]:
        factories.product(asin)
    want_recompute()
    want_recompute()
    request_recompute()
    request_recompute()
    assert [event.asin for event in asked()] == NOT_NOW[:3]
    assert not RecomputeAll.objects.exists()


def append_once(topic: Topic, events: Sequence[ProductEnriched], *, now: datetime) -> None:
    if LogRecord.objects.exists():
        raise OperationalError("the server closed the connection")
    append(topic, events, now=now)


@db
def test_a_wish_for_all_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    for asin in NOT_NOW[:5]:
        factories.product(asin)
    want_recompute(NOT_NOW[:5])
    want_recompute()
    monkeypatch.setattr(recompute, "CHUNK", 2)
    monkeypatch.setattr(recompute, "append", append_once)
    with pytest.raises(OperationalError):
        recompute.request_all(NOON)
    monkeypatch.undo()
    assert list(Product.objects.filter(recompute_wanted=True).values_list("asin", flat=True)) == NOT_NOW[2:5]
    assert recompute.request_all(NOON) == 3
    assert sorted(event.asin for event in asked()) == NOT_NOW[:5]


@db
def test_a_new_wish_begins_again() -> None:
    for asin in NOT_NOW[:3]:
        factories.product(asin)
    want_recompute()
    assert next_of_all(2) == NOT_NOW[:2]
    want_recompute()
    assert next_of_all(9) == NOT_NOW[:3]
    assert (next_of_all(9), RecomputeAll.objects.count()) == ([], 0)


@db
def test_rescore_asks_for_all_or_the_named_products() -> None:
    for asin in ("B0TEST0001", "B0TEST0002"):
        factories.product(asin)
    out = StringIO()
    call_command("rescore", stdout=out)
    call_command("rescore", "b0test0002", stdout=out)
    assert [event.asin for event in asked()].count("B0TEST0002") == 2
    assert out.getvalue().startswith("Asked for 2 products")


@db
def test_rescore_refuses_what_it_does_not_know() -> None:
    with pytest.raises(CommandError, match="No product B0NOBODY01 is known here"):
        call_command("rescore", "B0NOBODY01")
