"""The suite's own means: how it waits, when it gives up, what it runs, and which counters it refuses."""

import time
from collections.abc import Callable
from typing import Any, cast

import psycopg
import pytest

from tests.faults.deadline import OutOfTime, deadline
from tests.faults.faults import commands_of
from tests.faults.proof import Unproved, wait_until
from tests.faults.rest import GROUPS, compared_all, counted
from tests.installation import Installation

COMMANDS = {"web": "gunicorn", "beat": "celery beat", "consumers": "python manage.py run_consumers"}


def installation(answer: list[tuple[Any, ...]]) -> Installation:
    """One whose database answers all questions alike."""

    class Answering:
        def rows(self, _query: str, *_values: Any) -> list[tuple[Any, ...]]:
            return answer

    return cast("Installation", Answering())


def failing(times: int) -> Callable[[], bool]:
    """It holds after a database that did not answer so often."""
    left = [psycopg.OperationalError("the database system is starting up")] * times

    def holds() -> bool:
        if left:
            raise left.pop()
        return True

    return holds


def test_a_database_that_does_not_answer_is_waited_for() -> None:
    wait_until("an answer", failing(3), 30, every=0)


def test_what_the_database_said_is_told() -> None:
    with pytest.raises(Unproved, match=r"an answer did not happen within 0 s; .*starting up"):
        wait_until("an answer", failing(1_000_000), 0, every=0)


def test_a_deadline_ends_what_is_under_way() -> None:
    with pytest.raises(OutOfTime, match="still under way"), deadline(0.01):
        time.sleep(60)


def test_a_deadline_is_gone_after_its_block() -> None:
    with deadline(0.05):
        pass
    time.sleep(0.1)


def test_consumers_run_alone_with_odd_seeds_and_together_with_even_ones() -> None:
    alone = {"beat", "consume_raw", "detect_opportunities", "evaluate_alerts", "index_products"}
    assert commands_of(1, COMMANDS).keys() == alone
    assert commands_of(2, COMMANDS) == {name: COMMANDS[name] for name in ("beat", "consumers")}


def test_counters_are_held_against_what_was_passed_since() -> None:
    counted(installation([(group, 10, 7) for group in GROUPS]), dict.fromkeys(GROUPS, 3))
    with pytest.raises(Unproved, match="passed 10 records, but its counters say 7"):
        counted(installation([(group, 10, 7) for group in GROUPS]), {})


def test_a_group_without_positions_is_missed() -> None:
    with pytest.raises(Unproved, match="no positions: alert-rules"):
        counted(installation([(group, 1, 1) for group in GROUPS - {"alert-rules"}]), {})


@pytest.mark.parametrize("compared", ["9 of 10", "0 of 0"])
def test_a_comparison_that_left_listings_out_is_refused(compared: str) -> None:
    compared_all("Tables    10 of 10 listings have all their records kept, from a full poll on")
    with pytest.raises(Unproved, match="did not compare all"):
        compared_all(f"Tables    {compared} listings have all their records kept, from a full poll on")
