"""The chart's points: what is held, what is a gap, what survives thinning."""

import json

import pytest
from django.test import Client

from arbitrage.product_page.price_chart import ChartQuery, daily_closes, price_chart
from arbitrage_site.clock import MINUTES_PER_DAY, minute_of
from products import series
from products.models import Product
from tests import factories
from tests.factories import NOON

END = minute_of(NOON) - 5


def with_history(points: list[tuple[int, int]], marketplace: str = "DE", kind: int = series.NEW) -> Product:
    """A product whose series has points (days before the last observation, value)."""
    product = factories.product()
    minutes = [END - days * MINUTES_PER_DAY for days, _ in points]
    history = {kind: series.series_of(minutes, [value for _, value in points])}
    factories.listing(product, marketplace, history_base=series.pack(history))
    return product


@pytest.mark.django_db
def test_a_line_begins_with_the_value_in_force_and_is_held_to_the_last_observation() -> None:
    product = with_history([(200, 1000), (10, 1200)])

    (line,) = price_chart(product, ChartQuery(days="90"), NOON)["lines"]

    assert [value for _, value in line["points"]] == [1000, 1200, 1200]
    assert line["points"][-1][0] == int(NOON.timestamp() * 1000) - 5 * 60_000


@pytest.mark.django_db
def test_nothing_on_offer_is_a_gap() -> None:
    product = with_history([(30, 1000), (20, -1), (10, 1100)])

    (line,) = price_chart(product, ChartQuery(), NOON)["lines"]

    assert [value for _, value in line["points"]] == [1000, None, 1100, 1100]


@pytest.mark.django_db
def test_pounds_are_drawn_in_euro_unless_asked_otherwise() -> None:
    factories.fx("0.80", day=NOON)
    product = with_history([(30, 800)], "UK")

    in_euro = price_chart(product, ChartQuery(), NOON)["lines"][0]
    native = price_chart(product, ChartQuery(native=True), NOON)["lines"][0]

    assert (in_euro["currency"], in_euro["points"][0][1]) == ("EUR", 1000)
    assert (native["currency"], native["points"][0][1]) == ("GBP", 800)


@pytest.mark.django_db
def test_the_table_has_a_close_for_each_day_newest_first() -> None:
    product = with_history([(60, 1000), (2, 1200)])

    days = daily_closes(product, ChartQuery(), NOON)

    assert len(days) == 30
    assert [closes[0] for _, closes in days[:4]] == [(1200, "EUR"), (1200, "EUR"), (1200, "EUR"), (1000, "EUR")]


@pytest.mark.parametrize("given", [{"kind": "x"}, {"days": "9"}, {"native": "yes"}, {}])
def test_unknown_words_mean_the_default(given: dict[str, str]) -> None:
    assert ChartQuery.of(given) == ChartQuery()


def test_the_chart_is_json(signed_in: Client) -> None:
    with_history([(30, 1000)], kind=series.BUY_BOX)

    answer = json.loads(signed_in.get("/ui/products/B0TEST0001/prices?kind=buy_box&days=all").content)

    assert answer["lines"][0]["code"] == "DE"
    assert answer["version"]


def test_the_table_is_a_fragment(signed_in: Client) -> None:
    with_history([(30, 1000)])

    assert "€10.00" in signed_in.get("/ui/products/B0TEST0001/closes").content.decode()
