"""Limits and cache on Redis: the contract, and what happens when it is emptied, killed, stopped or misconfigured."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from arbitrage_site import cached, engines, redis_checks, redis_client
from arbitrage_site.jobs import broker, work
from arbitrage_site.limits import Counters, Limit, rules, spend
from arbitrage_site.limits.redis import RedisCounters
from tests.certificates import self_signed
from tests.contracts.cache import CacheContract, CountersContract, LimitContract
from tests.services.redis_server import RedisServer

LIMIT = Limit("api", most=1, seconds=60)
COUNTERS = "arbitrage_site.limits.redis.RedisCounters"


def speak_to(settings: Settings, url: str) -> None:
    """Cache, limits and queues at this address."""
    settings.REDIS_URL = url
    settings.LIMIT_COUNTERS = COUNTERS
    settings.CACHES = {"default": engines.cache(url, ca_file="")}
    redis_client.client.cache_clear()
    rules.start_afresh()
    cached._breaker.close()
    work._breaker.close()


@pytest.fixture
def on_redis(settings: Settings) -> None:
    speak_to(settings, settings.REDIS_URL)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def server(own: RedisServer, settings: Settings) -> Iterator[RedisServer]:
    if own.process is None:
        own.start()
    speak_to(settings, own.url)
    yield own
    if own.process:
        own.signal(signal.SIGCONT)


@pytest.mark.usefixtures("on_redis")
class TestCounters(CountersContract):
    @pytest.fixture
    def counters(self) -> Counters:
        return RedisCounters()


@pytest.mark.usefixtures("on_redis")
class TestLimits(LimitContract):
    pass


@pytest.mark.usefixtures("on_redis")
class TestCache(CacheContract):
    pass


def test_every_key_has_a_lifetime_and_says_nothing_of_its_visitor(server: RedisServer) -> None:
    server.client().flushall()
    spend(LIMIT, "ada@example.com")
    cached.remembered("figures", 60, lambda: 1, int)
    client = server.client()
    keys = [key.decode() for key in client.scan_iter()]
    assert len(keys) == 2
    assert all(0 < int(client.ttl(key)) <= 60 for key in keys)
    assert "ada" not in "".join(keys)


def test_nothing_in_the_cache_is_a_pickle(server: RedisServer) -> None:
    cached.remembered("figures", 60, lambda: {"a": [1]}, dict[str, list[int]])
    assert server.client().get(cache.make_key("figures")) == b'{"a":[1]}'


def test_after_flushall_everything_begins_again(server: RedisServer) -> None:
    spend(LIMIT, "ada")
    cached.remembered("figures", 60, lambda: 1, int)
    server.client().flushall()
    again = spend(LIMIT, "ada")
    assert again
    assert not again.wait
    assert cached.remembered("figures", 60, lambda: 2, int) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["kill", "stop"])
def test_pages_and_api_go_on_without_redis(server: RedisServer, settings: Settings, client: Client, end: str) -> None:
    client.force_login(User.objects.create_user("ada", password="correct horse battery"))
    assert client.get("/api/v1/alerts")["RateLimit-Limit"]
    server.kill() if end == "kill" else server.signal(signal.SIGSTOP)
    for address in ("/", "/pipeline/", "/survival/", "/api/v1/alerts", "/health"):
        assert client.get(address).status_code == 200, address
    assert "RateLimit-Limit" not in client.get("/api/v1/alerts")
    assert b"Redis does not answer" in client.get("/pipeline/").content
    assert client.post("/login/", {"username": "ada", "password": "correct horse battery"}).status_code == 302


def test_what_was_away_is_counted_again_when_it_is_back(server: RedisServer) -> None:
    server.kill()
    assert spend(LIMIT, "ada") is None
    server.start()
    assert spend(LIMIT, "ada") is None, "it is left alone for some seconds"
    rules._breaker.close()
    assert spend(LIMIT, "ada")


def found(settings: Settings, url: str) -> dict[str | None, str]:
    settings.REDIS_URL = url
    return {message.id: message.msg for message in redis_checks.check_redis(None)}


def test_the_check_knows_what_redis_should_be(server: RedisServer, settings: Settings) -> None:
    messages = found(settings, server.url)
    assert set(messages) == {"site.W021"}
    server.client().config_set("maxmemory", "100mb")
    server.client().config_set("maxmemory-policy", "allkeys-lru")
    assert "noeviction" in found(settings, server.url)["site.W020"]
    server.client().config_set("maxmemory", "0")


def test_a_good_redis_has_nothing_to_complain_of(tmp_path: Path, settings: Settings) -> None:
    server = RedisServer(tmp_path, "--appendonly", "yes")
    server.start()
    try:
        assert found(settings, server.url) == {}
    finally:
        server.kill()


@pytest.mark.parametrize("given", ["", ":wrong@", "ada:wrong@"])
def test_a_wrong_password_is_one_sentence_without_it(tmp_path: Path, settings: Settings, given: str) -> None:
    server = RedisServer(tmp_path, password="s3cret-of-redis")
    server.start()
    try:
        message = found(settings, f"redis://{given}127.0.0.1:{server.port}/0")["site.E020"]
        assert message == "Redis refuses the password; correct it in REDIS_URL."
    finally:
        server.kill()


def test_tls_against_plain_is_one_sentence(server: RedisServer, settings: Settings) -> None:
    assert "TLS" in found(settings, server.url.replace("redis:", "rediss:"))["site.E020"]


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[RedisServer]:
    """A server that speaks TLS alone, with a certificate of its own."""
    own = self_signed(tmp_path)
    server = RedisServer(
        tmp_path,
        *("--tls-cert-file", own.cert, "--tls-key-file", own.key),
        *("--tls-ca-cert-file", own.cert, "--tls-auth-clients", "no"),
        ca_file=own.cert,
    )
    server.start()
    yield server
    server.kill()


def test_tls_with_its_signer_named_is_used_by_all_three(encrypted: RedisServer, settings: Settings) -> None:
    settings.REDIS_CA_FILE = encrypted.ca_file
    speak_to(settings, encrypted.url)
    settings.CACHES = {"default": engines.cache(encrypted.url, ca_file=encrypted.ca_file)}
    assert "site.E020" not in found(settings, encrypted.url)
    assert spend(LIMIT, "ada")
    cached.remembered("figures", 60, lambda: 1, int)
    assert cache.get("figures") == b"1"
    with Celery(broker=encrypted.url, broker_use_ssl=broker.tls(encrypted.url, encrypted.ca_file)) as app:
        app.send_task("tests.nothing")
    assert encrypted.client().llen("celery") == 1


def test_a_certificate_of_an_unknown_signer_is_refused(encrypted: RedisServer, settings: Settings) -> None:
    settings.REDIS_CA_FILE = ""
    assert "REDIS_CA_FILE" in found(settings, encrypted.url)["site.E020"]


def test_plain_against_tls_is_one_sentence(encrypted: RedisServer, settings: Settings) -> None:
    assert "TLS" in found(settings, encrypted.url.replace("rediss:", "redis:"))["site.E020"]


def test_nobody_there_is_one_sentence(settings: Settings) -> None:
    assert found(settings, "redis://127.0.0.1:9/0")["site.E020"].startswith("Redis is not reachable")


def test_the_probe_says_so_without_taking_the_installation_down(server: RedisServer, settings: Settings) -> None:
    assert redis_checks.probe(None).status == "ok"
    server.kill()
    finding = redis_checks.probe(None)
    assert (finding.status, finding.is_needed) == ("degraded", False)
