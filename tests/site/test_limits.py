"""Limits and cache in the file of the embedded mode, and whom a limit counts."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from django.core.cache import caches
from django.db import connections
from django.test import RequestFactory
from pytest_django import Settings

from arbitrage_site import cache_file, cached, engines, visitors
from arbitrage_site.limits import Counters, CountersAway, Limit, rules, spend
from arbitrage_site.limits.sql import SqlCounters
from tests.contracts.cache import CacheContract, CountersContract, LimitContract
from tests.counters import InMemory

in_file = pytest.mark.django_db(transaction=True, databases=["default", cache_file.ALIAS])
LIMIT = Limit("api", most=1, seconds=60)


@pytest.fixture
def counted_in_file(settings: Settings) -> None:
    settings.LIMIT_COUNTERS = "arbitrage_site.limits.sql.SqlCounters"


@pytest.fixture
def cache_in_file(settings: Settings) -> Iterator[None]:
    before = settings.CACHES
    settings.CACHES = {"default": engines.cache("", ca_file="")}
    yield
    settings.CACHES = before


@pytest.fixture
def locked() -> Iterator[None]:
    """Another process holds the file's write lock."""
    with closing(sqlite3.connect(connections[cache_file.ALIAS].settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@in_file
class TestCountersInFile(CountersContract):
    @pytest.fixture
    def counters(self) -> Counters:
        return SqlCounters()


class TestCountersInMemory(CountersContract):
    """What other tests count in behaves like the real ones."""

    @pytest.fixture
    def counters(self) -> Counters:
        return InMemory()


@in_file
@pytest.mark.usefixtures("counted_in_file")
class TestLimitsInFile(LimitContract):
    pass


@in_file
@pytest.mark.usefixtures("cache_in_file")
class TestCacheInFile(CacheContract):
    pass


@in_file
@pytest.mark.usefixtures("counted_in_file", "cache_in_file", "locked")
def test_a_locked_file_lets_everything_through(caplog: pytest.LogCaptureFixture) -> None:
    assert [spend(LIMIT, "ada") for _ in range(5)] == [None] * 5
    assert cached.remembered("k", 60, lambda: 7, int) == 7
    assert caplog.text.count("limits_not_counted") == 1


@in_file
def test_counters_whose_window_ended_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arbitrage_site.limits.sql.TIDY_EVERY", 1)
    counters = SqlCounters()
    with connections[cache_file.ALIAS].cursor() as cursor:
        cursor.execute("INSERT INTO counters VALUES ('over', 5, 1.0)")
        counters.add("new", 60)
        cursor.execute("SELECT count(*) FROM counters WHERE name = 'over'")
        assert cursor.fetchone() == (0,)


@in_file
@pytest.mark.usefixtures("cache_in_file")
def test_the_cache_reads_its_own_table() -> None:
    caches["default"].set("a", b"1", 60)
    assert caches["default"].get("a") == b"1"


def test_counters_that_are_away_are_left_alone_for_a_while(settings: Settings) -> None:
    settings.LIMIT_COUNTERS = "tests.site.test_limits.Away"
    Away.asked = 0
    assert [spend(LIMIT, "ada") for _ in range(3)] == [None] * 3
    rules.start_afresh()
    spend(LIMIT, "ada")
    assert Away.asked == 2


class Away:
    """Counters that never answer."""

    asked = 0

    def add(self, *_: object) -> tuple[int, int]:
        """Raises CountersAway."""
        Away.asked += 1
        raise CountersAway("away")


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "expected"),
    [
        ("203.0.113.7", "198.51.100.1", 0, "203.0.113.7"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", 1, "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", 2, "198.51.100.1"),
        ("127.0.0.1", "", 1, "127.0.0.1"),
        ("127.0.0.1", "nonsense", 1, "unknown"),
        ("2001:db8:1:2:3:4:5:6", "", 0, "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "", 0, "203.0.113.7"),
    ],
)
def test_the_visitors_address(settings: Settings, remote: str, forwarded: str, proxies: int, expected: str) -> None:
    settings.PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    assert visitors.address(request) == expected
