"""The command over stored products: what it prints, what it refuses, and that it leaves no trace."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arbitrage.demo import load
from arbitrage_site.clock import moment_of
from products.models import Product
from products.series import BUY_BOX, NEW, History, pack
from tests import factories
from tests.arbitrage.backtest import worlds
from tests.arbitrage.backtest.worlds import END


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch, db: None) -> list[str]:
    """Products of a timed edge as the pipeline would have stored them, and a seller who may trade them."""
    monkeypatch.setattr("arbitrage.management.commands.backtest.now", lambda: moment_of(END))
    load()
    return [store(number).pk for number in range(3)]


def store(number: int) -> Product:
    past = worlds.timed_edge(number)
    product = factories.product(past.asin, category=past.category)
    for code, leg in past.legs.items():
        history: History = {NEW: leg.new, BUY_BOX: leg.reference}
        known = dict.fromkeys(("base_minute", "buybox_minute", "source_minute"), END)
        factories.listing(product, code, now=moment_of(END), history_base=pack(history), fba_fee=200, **known)
    return product


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("backtest", *arguments, stdout=out)
    return out.getvalue()


def test_it_says_how_often_a_threshold_fired_and_what_came_of_it(stored: list[str]) -> None:
    text = printed("--source", "IT", "--target", "DE", "--min-roi", "5", "--min-profit", "1")

    assert "Backtest of 3 product(s) on 1 route(s)" in text
    assert "Precision at the threshold" in text
    assert "Sold 14 days after: median" in text
    assert "Still open after" in text or "too little data" in text


def test_as_json_it_has_every_figure(stored: list[str]) -> None:
    report = json.loads(printed(stored[0].lower(), "--min-roi", "5", "--min-profit", "1", "--json"))

    assert report["products"] == 1
    assert report["fires"] >= 2
    assert report["traded"]["mean_interval"].keys() == {"low", "high"}
    assert report["assumptions"]["min_roi"] == 500


def test_a_threshold_that_nothing_reaches_says_too_little_data(stored: list[str]) -> None:
    assert "too little data" in printed("--min-roi", "900")


def test_placebos_are_named(stored: list[str]) -> None:
    assert "Placebo" in printed("--placebo", "shift")


def everything() -> Iterator[tuple[str, int]]:
    for model in apps.get_models():
        yield model._meta.label, model._default_manager.count()


def test_it_leaves_no_row_no_event_and_no_alert(stored: list[str]) -> None:
    before = dict(everything())

    with CaptureQueriesContext(connection) as queries:
        printed("--min-roi", "5", "--min-profit", "1")

    assert dict(everything()) == before
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["B0NOTKNOWN"], "Nothing is known about B0NOTKNOWN"),
        (["--source", "XX"], "'XX' is no marketplace"),
        (["--source", "DE", "--target", "DE"], "two marketplaces"),
        (["--min-roi", "much"], "give a number such as"),
        (["--min-roi", "1e999999"], "give a number"),
        (["--min-roi", "NaN"], "give a number"),
        (["--days", "0"], "days is 0; give a number between 1 and 3650"),
        (["--lag", "-1"], "lag is -1"),
        (["--limit", "0"], "at least 1"),
        (["--profile", "nobody"], "no seller profile nobody"),
    ],
)
def test_mistakes_are_named(stored: list[str], arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        printed(*arguments)


@pytest.mark.django_db
def test_without_products_it_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="watch a product"):
        printed()


def test_ten_products_cost_as_many_queries_as_three(stored: list[str], django_assert_max_num_queries: Any) -> None:
    for number in range(3, 10):
        store(number)

    with django_assert_max_num_queries(16):
        printed()
