"""System checks: each mistake in the settings gets a sentence that names the variable and what to do."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from pytest_django import Settings

from arbitrage_site.checks import check_settings
from products.checks import check_rows, demo_rows_with_a_real_key
from products.models import Product

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture(autouse=True)
def as_delivered(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.delenv("KEEPA_API_KEY", raising=False)
    settings.KEEPA_BASE_URL = "https://api.keepa.com"


@pytest.mark.django_db
def test_models_have_nothing_to_complain_of_on_this_database() -> None:
    call_command("check", databases=["default"], fail_level="WARNING")


def found() -> list[str]:
    return [str(message.msg) for message in check_settings(None)]


def test_the_defaults_are_clean() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"DEBUG": True, "WEB_BIND": "0.0.0.0:8000"}, "DEBUG=1 shows traces"),
        ({"WEB_BIND": "127.0.0.1"}, "WEB_BIND is '127.0.0.1'; write an address and a port"),
        ({"ALLOWED_HOSTS": ["*"]}, "ALLOWED_HOSTS contains *"),
        ({"SECRET_KEY": "x" * 49}, "SECRET_KEY has fewer than 50 characters"),
        ({"KEEPA_API_KEY": "k" * 63}, "KEEPA_API_KEY must be 64 letters and digits"),
        ({"KEEPA_API_KEY": "k" * 63 + "-"}, "KEEPA_API_KEY must be 64 letters and digits"),
        ({"POLL_BATCH_SIZE": 0}, "POLL_BATCH_SIZE is 0; it must be from 1 to 100."),
        ({"POLL_BATCH_SIZE": 101}, "POLL_BATCH_SIZE is 101; it must be from 1 to 100."),
        ({"POLL_INTERVAL_SECONDS": -5}, "POLL_INTERVAL_SECONDS is -5; it must be from 1 to 86400."),
        ({"POLL_RETRY_DELAY_SECONDS": 10**9}, "POLL_RETRY_DELAY_SECONDS is 1000000000; it must be from"),
        ({"DEMO": True, "WEB_BIND": "0.0.0.0:8000"}, "DEMO=1 is open to everyone only on loopback"),
        ({"HTTPS": True}, "HTTPS=1 without CSRF_TRUSTED_ORIGINS"),
        ({"KEEPA_BASE_URL": "api.keepa.com"}, "KEEPA_BASE_URL must be an address that begins with https://"),
        ({"KEEPA_BASE_URL": "http://proxy.example"}, "KEEPA_BASE_URL is plain http"),
        ({"REDIS_CA_FILE": "/nowhere.pem"}, "REDIS_CA_FILE is /nowhere.pem, where there is no file; name one"),
        ({"ELASTICSEARCH_CA_FILE": "/nowhere.pem"}, "ELASTICSEARCH_CA_FILE is /nowhere.pem, where there is no file"),
        ({"KAFKA": {"ssl.ca.location": "/nowhere.pem"}}, "KAFKA_CA_FILE is /nowhere.pem, where there is no file"),
        (
            {"KAFKA": {"security.protocol": "SASL_SSL", "sasl.username": "relay"}},
            "KAFKA_SECURITY_PROTOCOL=SASL_SSL needs KAFKA_SASL_MECHANISM and KAFKA_PASSWORD too.",
        ),
    ],
)
def test_each_mistake_is_named(settings: Settings, changes: dict[str, object], sentence: str) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    messages = found()
    assert len(messages) == 1
    assert sentence in messages[0]
    assert "kkkk" not in messages[0]


def test_demo_and_a_real_key_exclude_each_other(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPA_API_KEY", "r" * 64)
    settings.DEMO = True
    assert found() == ["DEMO=1 and KEEPA_API_KEY are both set; keep one of them."]


@pytest.mark.django_db
def test_a_real_key_is_refused_while_invented_products_are_there() -> None:
    assert check_rows(None) == []
    Product.objects.create(asin="B000000001", is_demo=True, created_at=NOW, updated_at=NOW)
    assert "load_demo --clear" in check_rows(None)[0].msg


@pytest.mark.django_db
def test_invented_products_may_stay_in_the_demo_or_without_a_key(settings: Settings) -> None:
    Product.objects.create(asin="B000000001", is_demo=True, created_at=NOW, updated_at=NOW)
    settings.DEMO = True
    assert demo_rows_with_a_real_key() == ""
    settings.DEMO, settings.KEEPA_API_KEY = False, ""
    assert demo_rows_with_a_real_key() == ""
