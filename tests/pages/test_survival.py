"""The page on how long opportunities stay open."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests import factories
from tests.factories import NOON


def closed(count: int, category: str = "Toys") -> None:
    for number in range(count):
        product = factories.product(f"B0TEST{number:04d}", category=category)
        given: dict[str, Any] = {
            "state": "closed",
            "close_reason": "source_rose",
            "opened_at": NOON - timedelta(days=2),
        }
        factories.opportunity(product, closed_at=NOON - timedelta(days=1), **given)


@pytest.mark.django_db
def test_without_opportunities_the_page_says_that_there_is_too_little_data(signed_in: Client) -> None:
    assert "too little data" in signed_in.get("/survival/").content.decode()


@pytest.mark.django_db
def test_few_lifetimes_are_counted_but_not_read(signed_in: Client) -> None:
    closed(3)

    page = signed_in.get("/survival/?by=category").content.decode()

    assert "too little data: 3 of the 20" in page
    assert "Toys" in page


@pytest.mark.django_db
def test_enough_lifetimes_show_shares_with_their_sample(signed_in: Client) -> None:
    closed(25)

    page = signed_in.get("/survival/?by=both").content.decode()

    assert "100.0\u202f%" in page
    assert "25 in sight" in page


@pytest.mark.django_db
def test_texts_from_amazon_stay_text_and_strange_parameters_count_as_not_given(signed_in: Client) -> None:
    closed(20, category="<script>alert(1)</script>")

    page = signed_in.get("/survival/?by=category&profile=%00x").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.django_db
def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    assert client.get("/survival/").status_code == 302


@pytest.mark.django_db
def test_the_list_of_opportunities_leads_here(signed_in: Client) -> None:
    assert 'href="/survival/"' in signed_in.get("/opportunities/").content.decode()
