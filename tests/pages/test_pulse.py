"""The pulse: 204 while nothing changed, else the panels to refresh; and what it measures."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import pulse
from ingestion.eventlog.sql import append
from ingestion.events import ProductEnriched
from ingestion.models import UiLatency
from ingestion.topics import ENRICHED
from tests.factories import NOON


def enriched(seconds_ago: float | None = 2) -> None:
    """Append one record caused by an answer of Keepa so long ago; None: caused by no answer."""
    fetched_at = None if seconds_ago is None else NOON - timedelta(seconds=seconds_ago)
    event = ProductEnriched(
        event_id=uuid4(), occurred_at=NOON, asin="B0TEST0001", cause="observed", fetched_at=fetched_at
    )
    append(ENRICHED, [event], now=NOON)


def test_the_first_pulse_brings_the_totals(signed_in: Client) -> None:
    enriched()

    assert signed_in.get("/ui/pulse").json()["since"] == "0.1.0.0"


def test_nothing_new_is_204_and_empty(signed_in: Client) -> None:
    enriched()

    response = signed_in.get("/ui/pulse?since=0.1.0.0")

    assert (response.status_code, response.content) == (204, b"")


def test_a_record_names_the_panels_it_changes(signed_in: Client) -> None:
    enriched()

    answer = signed_in.get("/ui/pulse?since=0.0.0.0").json()

    assert answer == {"since": "0.1.0.0", "panels": ["kpis", "product", "pipeline"]}


def test_a_log_begun_anew_refreshes_too(signed_in: Client) -> None:
    assert "alerts" in signed_in.get("/ui/pulse?since=5.5.5.5").json()["panels"]


@pytest.mark.parametrize("since", ["", "1.2.3", "1.2.3.x", "-1.0.0.0", "²", "1.2.3.4.5", "9" * 40 + ".0.0.0"])
def test_nonsense_counts_as_a_first_pulse(signed_in: Client, since: str) -> None:
    assert signed_in.get("/ui/pulse", {"since": since}).json()["since"] == str(pulse.Totals((0, 0, 0, 0)))


def test_a_pulse_takes_one_query_besides_the_session(signed_in: Client) -> None:
    enriched()

    with CaptureQueriesContext(connection) as queries:
        signed_in.get("/ui/pulse?since=0.0.0.0")

    assert len(queries) == 3


@settings(max_examples=30, deadline=None)
@given(st.tuples(*[st.integers(0, 10**18)] * 4))
def test_totals_survive_the_address(numbers: tuple[int, ...]) -> None:
    assert pulse.read_totals(str(pulse.Totals(numbers))) == pulse.Totals(numbers)


def test_the_time_since_keepas_answer_is_kept(signed_in: Client) -> None:
    enriched(seconds_ago=1.5)

    signed_in.get("/ui/pulse?since=0.0.0.0&fresh=1")

    assert list(UiLatency.objects.values_list("milliseconds", flat=True)) == [1500]


@pytest.mark.parametrize("address", ["/ui/pulse?since=0.0.0.0", "/ui/pulse?fresh=1", "/ui/pulse?since=0.1.0.0&fresh=1"])
def test_a_tab_that_was_away_or_saw_nothing_new_measures_nothing(signed_in: Client, address: str) -> None:
    enriched()

    signed_in.get(address)

    assert not UiLatency.objects.exists()


def test_a_recompute_has_no_answer_to_measure_from(signed_in: Client) -> None:
    enriched(seconds_ago=None)

    signed_in.get("/ui/pulse?since=0.0.0.0&fresh=1")

    assert not UiLatency.objects.exists()


@pytest.mark.django_db
def test_at_most_one_measurement_a_second() -> None:
    enriched()

    for tenths in range(0, 25, 5):
        pulse.note_latency([ENRICHED.name], NOON + timedelta(milliseconds=100 * tenths))

    assert UiLatency.objects.count() == 3


@pytest.mark.django_db
def test_the_newest_thousand_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "KEPT", 3)
    enriched()

    for seconds in range(0, 20, 2):
        pulse.note_latency([ENRICHED.name], NOON + timedelta(seconds=seconds))

    assert list(UiLatency.objects.order_by("pk").values_list("milliseconds", flat=True)) == [16000, 18000, 20000]
