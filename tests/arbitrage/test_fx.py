"""The ECB's file: what is kept of it, and that a bad one changes nothing."""

import gzip
from datetime import date
from decimal import Decimal

import httpx2
import pytest
from django.db import OperationalError
from pytest_django import Settings

from arbitrage import fx, tasks
from arbitrage.models import FxRate
from products.models import RecomputeAll
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
    'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject>'
)
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + HEAD.split("?>")[1] + "&b;</gesmes:Envelope>"


def file(day: str = "2026-11-19", rate: str = "0.87210", currency: str = "GBP") -> str:
    cubes = f'<Cube currency="USD" rate="1.1"/><Cube currency="{currency}" rate="{rate}"/>'
    return f'{HEAD}<Cube><Cube time="{day}">{cubes}</Cube></Cube></gesmes:Envelope>'


def answering(body: str | bytes, status: int = 200) -> httpx2.MockTransport:
    content = body.encode() if isinstance(body, str) else body
    return httpx2.MockTransport(lambda _request: httpx2.Response(status, content=content))


def failing(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("no route")


def test_the_pound_is_kept_with_its_day_and_source() -> None:
    changed = fx.fetch(NOON, transport=answering(file()))
    assert [(row.day, row.currency, row.rate) for row in changed] == [(date(2026, 11, 19), "GBP", Decimal("0.87210"))]
    assert FxRate.objects.get(day="2026-11-19").source == fx.SOURCE


def test_the_same_file_again_changes_nothing() -> None:
    fx.fetch(NOON, transport=answering(file()))
    assert fx.fetch(NOON, transport=answering(file())) == []
    assert FxRate.objects.filter(day="2026-11-19").count() == 1


def test_a_real_fixing_replaces_the_seeded_one() -> None:
    fx.fetch(NOON, transport=answering(file("2026-09-30", "0.8547")))
    assert FxRate.objects.get(day="2026-09-30").source == fx.SOURCE


def test_a_compressed_answer_is_read() -> None:
    assert fx.fetch(NOON, transport=answering(gzip.compress(file().encode())))


@pytest.mark.parametrize(
    ("transport", "sentence"),
    [
        (answering("<html>"), "not the XML of the ECB"),
        (answering(b"\xff\x00"), "not the XML of the ECB"),
        (answering(BOMB), "not the XML of the ECB"),
        (answering(f"{HEAD}</gesmes:Envelope>"), "holds no day"),
        (answering(file(currency="SEK")), "has no GBP"),
        (answering(file(rate="0")), "impossible rate of GBP"),
        (answering(file(rate="-0.87")), "impossible rate of GBP"),
        (answering(file(rate="NaN")), "impossible rate of GBP"),
        (answering(file(rate="1e9")), "impossible rate of GBP"),
        (answering(file(day="soon")), "names a day that is none"),
        (answering(file(day="2027-01-01")), "in the future"),
        (answering("", 503), "answered 503"),
        (answering("", 302), "answered 302"),
        (answering(gzip.compress(file().encode())[:-9]), "UnreadableBody"),
        (httpx2.MockTransport(failing), "ConnectError"),
    ],
)
def test_a_bad_file_is_a_sentence_and_the_old_rates_stay(transport: httpx2.BaseTransport, sentence: str) -> None:
    before = list(FxRate.objects.values())
    with pytest.raises(fx.FxUnavailable, match=sentence):
        fx.fetch(NOON, transport=transport)
    assert list(FxRate.objects.values()) == before


def test_the_task_survives_an_unreachable_bank(settings: Settings) -> None:
    settings.ECB_RATES_URL = "http://127.0.0.1:9/none.xml"
    tasks.fetch_fx_rates()
    assert FxRate.objects.count() == 1


def test_a_new_rate_asks_for_a_second_look_at_every_product(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.product()
    monkeypatch.setattr(fx, "http_client", lambda **_given: httpx2.Client(transport=answering(file())))
    tasks.fetch_fx_rates()
    assert RecomputeAll.objects.count() == 1
    RecomputeAll.objects.all().delete()
    tasks.fetch_fx_rates()
    assert not RecomputeAll.objects.exists()


def test_a_rate_whose_wish_failed_is_fetched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("canceling statement due to statement timeout")

    factories.product()
    monkeypatch.setattr(fx, "want_recompute", fail)
    with pytest.raises(OperationalError):
        fx.fetch(NOON, transport=answering(file()))
    monkeypatch.undo()
    assert fx.fetch(NOON, transport=answering(file()))
    assert RecomputeAll.objects.exists()
