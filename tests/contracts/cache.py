"""What every store of counters and every cache answers. A test class inherits these and gives the fixtures."""

import threading
from uuid import uuid4

import pytest

from arbitrage_site.cached import remembered
from arbitrage_site.limits import Counters, Limit, forget, spend
from tests.waiting import wait_until

PATIENCE = 20.0


class Keyed:
    """Gives each test a key that no other test counts under."""

    @pytest.fixture
    def key(self) -> str:
        return uuid4().hex


class CountersContract(Keyed):
    """The fixture `counters` gives a store."""

    def test_counts_from_one_and_says_when_the_window_ends(self, counters: Counters, key: str) -> None:
        answers = [counters.add(key, 900) for _ in range(3)]
        assert [n for n, _ in answers] == [1, 2, 3]
        assert all(890 <= left <= 900 for _, left in answers)

    def test_keys_do_not_meet(self, counters: Counters, key: str) -> None:
        counters.add(key, 900)
        assert counters.add(key + "x", 900)[0] == 1

    @pytest.mark.parametrize("odd", ["ü", "a b", "'; DROP TABLE counters", "\u202e", "x" * 300])
    def test_any_key_is_counted(self, counters: Counters, key: str, odd: str) -> None:
        assert [counters.add(key + odd, 900)[0] for _ in range(2)] == [1, 2]

    def test_a_window_that_ended_begins_again(self, counters: Counters, key: str) -> None:
        for _ in range(5):
            counters.add(key, 1)
        wait_until(lambda: counters.add(key, 1)[0] == 1, seconds=PATIENCE)

    def test_a_count_does_not_prolong_its_window(self, counters: Counters, key: str) -> None:
        counters.add(key, 5)
        assert counters.add(key, 900)[1] <= 5

    def test_forgets(self, counters: Counters, key: str) -> None:
        counters.add(key, 900)
        counters.forget(key)
        counters.forget(key + "never counted")
        assert counters.add(key, 900)[0] == 1

    def test_none_of_many_at_once_is_lost_or_doubled(self, counters: Counters, key: str) -> None:
        seen: list[int] = []

        def count() -> None:
            seen.extend(counters.add(key, 900)[0] for _ in range(20))

        threads = [threading.Thread(target=count) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(seen) == list(range(1, 101))


class LimitContract(Keyed):
    """`settings.LIMIT_COUNTERS` names the store."""

    def test_lets_so_many_through_and_then_says_how_long_to_wait(self, key: str) -> None:
        limit = Limit("api", most=2, seconds=60)
        spent = [spend(limit, key) for _ in range(3)]
        assert [one.left for one in spent if one] == [1, 0, 0]
        assert [bool(one.wait) for one in spent if one] == [False, False, True]
        assert spent[2]
        assert 1 <= spent[2].wait <= 60

    def test_names_and_visitors_are_apart(self, key: str) -> None:
        for name, who in (("api", key), ("sign_in", key), ("api", key + "x")):
            spent = spend(Limit(name, most=1, seconds=60), who)  # type: ignore[arg-type]  # names from a tuple
            assert spent
            assert not spent.wait

    def test_what_is_forgotten_may_be_spent_again(self, key: str) -> None:
        limit = Limit("api", most=1, seconds=60)
        spend(limit, key)
        forget(limit, key)
        again = spend(limit, key)
        assert again
        assert not again.wait


class CacheContract(Keyed):
    """Django's default cache is the one under test."""

    def test_computes_once(self, key: str) -> None:
        calls: list[int] = []

        def compute() -> list[int]:
            calls.append(1)
            return [1, 2]

        assert [remembered(key, 60, compute, list[int]) for _ in range(3)] == [[1, 2]] * 3
        assert len(calls) == 1

    def test_keeps_it_no_longer_than_asked(self, key: str) -> None:
        assert remembered(key, 1, lambda: "old", str) == "old"
        wait_until(lambda: remembered(key, 1, lambda: "new", str) == "new", seconds=PATIENCE)

    def test_what_is_of_another_kind_is_computed_again(self, key: str) -> None:
        remembered(key, 60, lambda: "text", str)
        assert remembered(key, 60, lambda: 7, int) == 7
        assert remembered(key, 60, lambda: 8, int) == 7
