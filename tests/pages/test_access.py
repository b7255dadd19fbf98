"""Who sees pages, and where the others are sent."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

PAGES = [
    "/",
    "/opportunities/",
    "/what-if/",
    "/survival/",
    "/backtest/",
    "/watchlist/",
    "/alerts/",
    "/pipeline/",
    "/products/B0TEST0001/",
]
FRAGMENTS = [
    "/ui/kpis",
    "/ui/best",
    "/ui/what-if",
    "/ui/opportunities",
    "/ui/alerts",
    "/ui/pipeline",
    "/ui/pulse",
    "/ui/unread",
    "/ui/watchlist/suggestions",
]


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_a_page_sends_strangers_to_the_login_page_and_back(client: Client, path: str) -> None:
    response = client.get(path, {"q": "a b"})

    assert response.status_code == 302
    assert response["Location"].startswith("/login/?next=" + path)


@pytest.mark.django_db
@pytest.mark.parametrize("path", FRAGMENTS)
def test_a_fragment_tells_strangers_to_sign_in(client: Client, path: str) -> None:
    response = client.get(
        path, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/opportunities/?q=1"}
    )

    assert response.status_code == 401
    assert response["HX-Redirect"] == "/login/?next=%2Fopportunities%2F%3Fq%3D1"


@pytest.mark.django_db
def test_a_fragment_never_sends_anyone_to_another_site(client: Client) -> None:
    response = client.get("/ui/kpis", headers={"HX-Request": "true", "HX-Current-URL": "https://evil.example/x"})

    assert response["HX-Redirect"] == "/login/?next=%2F"


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES[:-1])
def test_the_demo_on_loopback_is_open(client: Client, open_demo: None, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.django_db
def test_the_login_page_asks_no_pulse(client: Client) -> None:
    """A pulse answers strangers with 401, upon which a page loads itself again."""
    assert b'id="live"' not in client.get("/login/").content


def test_a_page_is_live(signed_in: Client) -> None:
    assert b'id="live"' in signed_in.get("/").content


@pytest.mark.django_db
def test_signing_in_leads_to_the_page_that_was_wanted(client: Client, reader: User) -> None:
    form = {"username": "ada", "password": "correct horse battery", "next": "/alerts/"}

    assert client.post("/login/", form)["Location"] == "/alerts/"


@pytest.mark.django_db
def test_signing_in_never_leads_to_another_site(client: Client, reader: User) -> None:
    form = {"username": "ada", "password": "correct horse battery", "next": "https://evil.example/"}

    assert client.post("/login/", form)["Location"] == "/"


@pytest.mark.django_db
def test_a_wrong_password_is_one_sentence(client: Client, reader: User) -> None:
    response = client.post("/login/", {"username": "ada", "password": "wrong"})

    assert b"do not fit together" in response.content


def test_signing_out_needs_a_post(signed_in: Client) -> None:
    assert signed_in.get("/logout/").status_code == 405
    assert signed_in.post("/logout/")["Location"] == "/"


@pytest.mark.parametrize("path", FRAGMENTS)
def test_fragments_are_never_stored(signed_in: Client, path: str) -> None:
    response = signed_in.get(path)

    assert response["Cache-Control"] == "no-store"
    assert {"HX-Request", "Cookie"} <= set(response["Vary"].split(", "))


def test_pages_stay_out_of_shared_caches(signed_in: Client) -> None:
    assert "private" in signed_in.get("/")["Cache-Control"]


@pytest.mark.parametrize("path", ["/watchlist/", "/watchlist/change", "/alerts/read"])
def test_a_write_without_the_token_changes_nothing(reader: User, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(reader)

    response = client.post(path, {"lines": "B0TEST0001", "marketplaces": "DE"})

    assert response.status_code == 403
    assert b"The form was too old" in response.content


@pytest.mark.parametrize("path", ["/watchlist/change", "/alerts/read"])
def test_a_write_needs_a_post(signed_in: Client, path: str) -> None:
    assert signed_in.get(path).status_code == 405
