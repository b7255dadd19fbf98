"""The what-if list over the API and on the command line: the page's parameters, strictly."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from arbitrage.models import SellerProfile
from arbitrage.whatif.snapshot import keeper
from arbitrage.whatif.terms import rate_keeper
from arbitrage_site import clock
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/arbitrage/what-if"


@pytest.fixture(autouse=True)
def example(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[None]:
    """Example 1A of economics.md 1.8 at noon, and nothing kept by the process."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    monkeypatch.setattr("arbitrage.management.commands.whatif.now", lambda: NOON)
    SellerProfile.objects.all().delete()
    factories.profile(inbound=150, prep=0, storage=18)
    product = factories.product()
    factories.watch(product)
    factories.listing(product, "IT", 4999)
    factories.listing(product, "DE", 7999)
    yield
    keeper.forget()
    rate_keeper.forget()


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("whatif", *arguments, stdout=out)
    return out.getvalue()


def test_the_list_has_rows_totals_and_the_scenario(api: APIClient) -> None:
    found = api.get(f"{ADDRESS}?prep=1.250&country=DE").json()
    [row] = found["results"]
    assert (row["asin"], row["source"], row["target"]) == ("B0TEST0001", "IT", "DE")
    assert (row["net"], row["net_before"], row["change_eur"], row["qualifies"]) == (811, 936, -125, True)
    assert (found["scenario"], found["watched"], found["count"]) == ("prep=1.25", 1, 1)
    assert found["totals"] | {"priced": 2} == {
        "priced": 2,
        "qualify_before": 1,
        "qualify_after": 1,
        "newly": 0,
        "lost": 0,
        "net_before": 936,
        "net_after": 811,
    }


@pytest.mark.parametrize(
    ("query", "name", "sentence"),
    [
        ("fx_spread=150", "fx_spread", "Conversion spread is 150 %; it must be between 0 and 100 %."),
        ("prep=-1", "prep", "Prep is -1 EUR; it must be between 0 and 100000 EUR."),
        ("show=best", "show", "show is best; choose from qualify, new, lost, all."),
        ("profile=77", "profile", "There is no seller profile 77; the default one is taken."),
        ("preparation=1", "preparation", "Unknown parameter."),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(api: APIClient, query: str, name: str, sentence: str) -> None:
    response = api.get(f"{ADDRESS}?{query}")
    assert response.status_code == 400
    assert response.json()["fields"][name][0].startswith(sentence)


def test_without_a_usable_profile_it_is_refused(api: APIClient) -> None:
    SellerProfile.objects.update(fx_spread=5_000_000)
    assert "fx_spread is 5000000" in api.get(ADDRESS).json()["fields"]["profile"][0]
    SellerProfile.objects.all().delete()
    assert "There is no seller profile" in api.get(ADDRESS).json()["fields"]["profile"][0]


def test_a_page_past_the_last_is_refused(api: APIClient) -> None:
    assert api.get(f"{ADDRESS}?page=2").status_code == 404


def test_strangers_see_nothing(stranger: APIClient) -> None:
    assert stranger.get(ADDRESS).status_code == 401


def test_the_command_prints_totals_and_rows() -> None:
    text = printed("--set", "prep=1.25", "--set", "country=DE")
    assert "German seller, prep=1.25: 1 products" in text
    assert "1 before, 1 after (0 new, 0 lost)" in text
    assert "8.11" in text
    assert "-1.25" in text
    assert SellerProfile.objects.get().prep == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--set", "prep"], "--set prep has no equals sign"),
        (["--set", "prepp=1"], "prepp is no field of a scenario"),
        (["--set", "return_rate=101"], "Sales that come back is 101 %"),
        (["--source", "XX"], "source is XX; choose from DE"),
        (["--limit", "0"], "--limit is 0; it must be between 1 and 1000"),
    ],
)
def test_the_command_refuses_with_a_sentence(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        printed(*arguments)


def test_the_command_names_routes_that_lost_their_price() -> None:
    text = printed("--set", "vat_registrations=FR", "--show", "lost")
    assert "no price" in text
    assert "1 lost" in text
