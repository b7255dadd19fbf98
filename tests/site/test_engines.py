"""What the variables of the four services become: each goes where its client looks for it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from arbitrage_site import engines

FILE = Path("db.sqlite3")
ADDRESS = "postgresql://seller:s%23cret@db.example:5433/shop"
NOTHING = {
    "KAFKA_BOOTSTRAP_SERVERS": "",
    "KAFKA_SECURITY_PROTOCOL": "",
    "KAFKA_SASL_MECHANISM": "",
    "KAFKA_USERNAME": "",
    "KAFKA_PASSWORD": "",
    "KAFKA_CA_FILE": "",
}
BROKER = {"KAFKA_BOOTSTRAP_SERVERS": "a.example:9092,b.example:9092"}


@pytest.mark.parametrize(
    ("given", "key", "value"),
    [
        (BROKER, "bootstrap.servers", "a.example:9092,b.example:9092"),
        ({"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, "security.protocol", "SASL_SSL"),
        ({"KAFKA_SASL_MECHANISM": "SCRAM-SHA-512"}, "sasl.mechanism", "SCRAM-SHA-512"),
        ({"KAFKA_USERNAME": "seller"}, "sasl.username", "seller"),
        ({"KAFKA_PASSWORD": "s=cret "}, "sasl.password", "s=cret "),
        ({"KAFKA_CA_FILE": "/etc/ca.pem"}, "ssl.ca.location", "/etc/ca.pem"),
    ],
)
def test_a_variable_of_kafka_is_the_key_of_librdkafka(given: Mapping[str, str], key: str, value: str) -> None:
    alone = engines.kafka(NOTHING | BROKER)
    assert alone == {"bootstrap.servers": BROKER["KAFKA_BOOTSTRAP_SERVERS"]}
    assert engines.kafka({**NOTHING, **BROKER, **given}) == alone | {key: value}


def test_without_a_broker_nothing_is_kept_of_kafka() -> None:
    assert engines.kafka(NOTHING | {"KAFKA_PASSWORD": "secret", "KAFKA_CA_FILE": "/etc/ca.pem"}) == {}


def test_without_an_address_the_database_is_the_file() -> None:
    entry = engines.database("", file=FILE)
    assert (entry["ENGINE"], entry["NAME"]) == ("django.db.backends.sqlite3", FILE)
    assert entry["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    for words in ("journal_mode=WAL", "synchronous=FULL"):
        assert words in entry["OPTIONS"]["init_command"]


def test_an_address_is_the_server_with_its_time_outs_and_its_pool() -> None:
    entry = engines.database(ADDRESS, file=FILE)
    assert (entry["ENGINE"], entry["CONN_MAX_AGE"]) == ("django.db.backends.postgresql", 0)
    assert [entry[name] for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD")] == [
        "db.example",
        5433,
        "shop",
        "seller",
        "s#cret",
    ]
    assert entry["CONN_HEALTH_CHECKS"]
    assert entry["OPTIONS"]["connect_timeout"] == 5
    assert entry["OPTIONS"]["pool"] == {"min_size": 0, "max_size": 10, "timeout": 5}
    limits = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"
    assert entry["OPTIONS"]["options"] == limits


def test_options_of_the_address_reach_the_driver() -> None:
    options = engines.database(f"{ADDRESS}?sslmode=verify-full&sslrootcert=/etc/ca.pem", file=FILE)["OPTIONS"]
    assert (options["sslmode"], options["sslrootcert"]) == ("verify-full", "/etc/ca.pem")
    assert options["connect_timeout"] == 5


@pytest.mark.parametrize(
    ("url", "ca_file", "given"),
    [
        ("rediss://cache.example/0", "/etc/ca.pem", {"ssl_ca_certs": "/etc/ca.pem"}),
        ("rediss://cache.example/0", "", {}),
        ("redis://cache.example/0", "/etc/ca.pem", {}),
    ],
)
def test_the_certificate_is_given_to_redis_where_it_speaks_tls(url: str, ca_file: str, given: dict[str, Any]) -> None:
    assert engines.redis_certificates(url, ca_file) == given
    options = engines.cache(url, ca_file=ca_file)["OPTIONS"]
    assert options.get("ssl_ca_certs") == given.get("ssl_ca_certs")


@pytest.mark.parametrize("url", ["mysql://db.example/shop", "sqlite:///db.sqlite3"])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(SystemExit, match="DATABASE_URL must begin with postgresql://"):
        engines.database(url, file=FILE)


def test_another_cache_is_refused() -> None:
    with pytest.raises(SystemExit, match="REDIS_URL must begin with redis:// or rediss://"):
        engines.cache("memcached://cache.example", ca_file="")
