"""What those are told who ask or try too often."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings


def test_the_api_says_429_with_when_to_come_back(signed_in: Client, settings: Settings) -> None:
    settings.API_RATE_LIMIT = 2
    answers = [signed_in.get("/api/v1/alerts") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0]["RateLimit-Remaining"] == "1"
    problem = answers[2].json()
    assert answers[2]["Content-Type"] == "application/problem+json"
    assert problem["code"] == "too_many_requests"
    assert problem["detail"].startswith(f"Too many requests. Try again in {answers[2]['Retry-After']} second")
    assert answers[2]["RateLimit-Remaining"] == "0"


@pytest.mark.django_db
def test_one_persons_limit_is_not_anothers(signed_in: Client, settings: Settings) -> None:
    settings.API_RATE_LIMIT = 1
    other = Client()
    other.force_login(User.objects.create_user("grace"))
    assert [client.get("/api/v1/alerts").status_code for client in (signed_in, other)] == [200, 200]


@pytest.mark.django_db
def test_strangers_are_refused_and_then_slowed_down(client: Client) -> None:
    answers = [client.get("/api/v1/alerts").status_code for _ in range(62)]
    assert set(answers[:60]) == {401}
    assert answers[60:] == [429, 429]
    assert client.get("/api/v1/health").status_code in {200, 503}
    assert client.get("/api/v1/alerts", REMOTE_ADDR="203.0.113.9").status_code == 401


@pytest.mark.django_db
def test_the_demo_on_loopback_is_not_counted(client: Client, open_demo: None, settings: Settings) -> None:
    settings.API_RATE_LIMIT = 1
    assert [client.get("/api/v1/alerts").status_code for _ in range(3)] == [200] * 3


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/login/", "/admin/login/"])
def test_a_name_may_be_tried_ten_times(client: Client, reader: User, address: str) -> None:
    wrong = {"username": "ada", "password": "wrong"}
    assert {client.post(address, wrong).status_code for _ in range(10)} == {200}
    right = {"username": "ADA", "password": "correct horse battery"}
    refused = client.post(address, right)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) <= 900
    assert b"Wait 15 minutes" in refused.content
    assert client.post("/login/", right | {"username": "ada"}, REMOTE_ADDR="203.0.113.9").status_code == 302


@pytest.mark.django_db
def test_signing_in_gives_the_tries_back(client: Client, reader: User) -> None:
    wrong = {"username": "ada", "password": "wrong"}
    right = wrong | {"password": "correct horse battery"}
    for _ in range(3):
        assert [client.post("/login/", wrong).status_code for _ in range(9)] == [200] * 9
        assert client.post("/login/", right).status_code == 302
        client.logout()


@pytest.mark.django_db
def test_a_list_of_names_is_not_tried_through(client: Client) -> None:
    answers = [client.post("/login/", {"username": f"n{n}", "password": "x"}).status_code for n in range(101)]
    assert answers == [200] * 100 + [429]
