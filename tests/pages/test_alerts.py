"""The inbox and its read marks."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arbitrage.figures import unread_count
from arbitrage.models import Alert, AlertRead
from tests import factories
from tests.factories import NOON


def alert(number: int, **given: object) -> Alert:
    return factories.alert(factories.opportunity(factories.product(f"B0TEST{number:04d}")), **given)


def test_newest_first(signed_in: Client) -> None:
    alert(1, occurred_at=NOON - timedelta(hours=1))
    alert(2)

    page = signed_in.get("/alerts/").content.decode()

    assert page.index("B0TEST0002") < page.index("B0TEST0001")


def test_one_alert_is_marked_as_read(signed_in: Client, reader: User) -> None:
    first, _ = alert(1), alert(2)

    signed_in.post("/alerts/read", {"alert": str(first.pk)})

    assert unread_count(reader) == 1


def test_marking_twice_is_marking_once(signed_in: Client) -> None:
    first = alert(1)

    for _ in range(2):
        signed_in.post("/alerts/read", {"alert": str(first.pk)})

    assert AlertRead.objects.count() == 1


def test_marking_all_leaves_out_what_came_meanwhile(signed_in: Client, reader: User) -> None:
    alert(1, occurred_at=NOON - timedelta(minutes=1))
    shown = signed_in.get("/alerts/").context["newest"]
    alert(2)

    signed_in.post("/alerts/read", {"all": "1", "until": shown.isoformat()})

    assert unread_count(reader) == 1


def test_marks_belong_to_a_person(signed_in: Client) -> None:
    first = alert(1)
    other = User.objects.create_user("grace")

    signed_in.post("/alerts/read", {"alert": str(first.pk)})

    assert unread_count(other) == 1


@pytest.mark.parametrize("form", [{}, {"alert": "x"}, {"all": "1", "until": "soon"}, {"all": "1"}])
def test_a_mark_that_names_nothing_is_one_sentence(signed_in: Client, form: dict[str, str]) -> None:
    assert "That alert is not known" in signed_in.post("/alerts/read", form, follow=True).content.decode()


def test_a_date_that_does_not_exist_is_no_trace(signed_in: Client) -> None:
    form = {"all": "1", "until": "2026-02-31T00:00:00Z"}

    assert "That alert is not known" in signed_in.post("/alerts/read", form, follow=True).content.decode()


def test_without_a_sign_in_the_demo_keeps_no_marks(client: Client, db: None, open_demo: None) -> None:
    first = alert(1)

    page = client.post("/alerts/read", {"alert": str(first.pk)}, follow=True).content.decode()

    assert "Sign in to keep read marks." in page
    assert not AlertRead.objects.exists()


@pytest.mark.parametrize("address", ["?unread=1", "?rule=x", "?page=99", "?rule=999999999999"])
def test_every_address_is_answered(signed_in: Client, address: str) -> None:
    alert(1)

    assert signed_in.get(f"/alerts/{address}").status_code == 200


def test_unread_ones_alone(signed_in: Client, reader: User) -> None:
    AlertRead.objects.create(user=reader, alert=alert(1), read_at=NOON)
    alert(2)

    page = signed_in.get("/alerts/?unread=1").content.decode()

    assert "B0TEST0002" in page
    assert "B0TEST0001" not in page


def test_an_alert_without_numbers_is_still_shown(signed_in: Client) -> None:
    alert(1, numbers={})

    assert "B0TEST0001" in signed_in.get("/alerts/").content.decode()


def test_the_badge_counts_and_goes(signed_in: Client) -> None:
    first = alert(1)
    assert ">1<span" in signed_in.get("/ui/unread").content.decode()

    signed_in.post("/alerts/read", {"alert": str(first.pk)})

    assert "hidden>" in signed_in.get("/ui/unread").content.decode()


def test_an_empty_inbox_says_when_something_comes(signed_in: Client) -> None:
    assert "No alert yet." in signed_in.get("/alerts/").content.decode()


def test_fifty_rows_take_at_most_twelve_queries(signed_in: Client) -> None:
    for number in range(55):
        alert(number)

    with CaptureQueriesContext(connection) as queries:
        signed_in.get("/alerts/")

    assert len(queries) <= 12
