"""One process serves many consumers fairly, and ends only when asked."""

import os
import signal
from collections.abc import Sequence
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from ingestion.eventlog.sql import SqlReader, append
from ingestion.events import ProductEnriched
from ingestion.models import ConsumerState, LogPosition
from ingestion.runner.loop import Runner
from ingestion.runner.rounds import Rounds
from ingestion.topics import ALERTS, DETECTOR, ENRICHED
from tests.ingestion.tally import NOON, Tally, asin, create_table, event, tallied

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def table(db: None) -> None:
    create_table()


class Logged(Tally):
    """Says when it was served."""

    batch_size = 10

    def __init__(self, group: str, served: list[str]) -> None:
        super().__init__()
        self.group = group
        self.served = served

    def look(self, _: Sequence[ProductEnriched]) -> None:
        self.served.append(self.group)


class Broken(Logged):
    def look(self, events: Sequence[ProductEnriched]) -> None:
        super().look(events)
        raise ZeroDivisionError


def rounds(*consumers: Tally, **options: Any) -> Rounds:
    runners = [Runner(one, SqlReader(one.group, one.topics, "a")) for one in consumers]
    return Rounds(runners, clock=lambda: NOON, sleep=lambda _: None, **options)


def test_consumers_take_turns() -> None:
    append(ENRICHED, [event(number) for number in range(20)], now=NOON)
    served: list[str] = []
    assert rounds(Logged(DETECTOR, served), Logged(ALERTS, served)).run(until_end=True) == []
    assert served == [DETECTOR, ALERTS, DETECTOR, ALERTS]
    assert tallied() == {asin(number): 2 for number in range(20)}


def test_a_consumer_that_stands_still_does_not_hold_up_the_others() -> None:
    append(ENRICHED, [event(number) for number in range(20)], now=NOON)
    served: list[str] = []
    [stopped] = rounds(Broken(DETECTOR, served), Logged(ALERTS, served)).run(until_end=True)
    assert stopped.startswith("arbitrage-detector: It met an unknown error (ZeroDivisionError)")
    assert served == [DETECTOR, ALERTS, ALERTS]
    assert ConsumerState.objects.get(group=ALERTS).stopped_because == ""


def test_a_signal_ends_the_loop_after_the_batch_and_gives_the_leases_back() -> None:
    class Killed(Tally):
        batch_size = 10

        def look(self, _: Sequence[ProductEnriched]) -> None:
            os.kill(os.getpid(), signal.SIGTERM)

    append(ENRICHED, [event(number) for number in range(20)], now=NOON)
    before = signal.getsignal(signal.SIGTERM)
    rounds(Killed()).run()
    assert len(tallied()) == 10
    assert set(LogPosition.objects.values_list("owner", flat=True)) == {""}
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_cannot_be_tidied_now_stops_nobody() -> None:
    def locked(_: object) -> None:
        raise OperationalError("database is locked")

    append(ENRICHED, [event(1)], now=NOON)
    assert rounds(Tally(), between=[locked]).run(until_end=True) == []
    assert tallied() == {asin(1): 1}


def test_an_idle_round_waits_a_tenth_of_a_second() -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        loop.stop()

    loop = Rounds([], clock=lambda: NOON, sleep=wait)
    loop.run()
    assert waits == [0.1]


def test_a_consumer_that_cannot_be_imported_is_named(settings: Any) -> None:
    settings.CONSUMERS = ["nowhere.Consumer"]
    with pytest.raises(CommandError, match=r"The consumer nowhere.Consumer cannot be imported: .* Correct CONSUMERS"):
        call_command("run_consumers", "--until-end")


def test_the_command_passes_everything_and_ends(settings: Any) -> None:
    append(ENRICHED, [event(number) for number in range(20)], now=NOON)
    settings.CONSUMERS = ["tests.ingestion.tally.Tally"]
    call_command("run_consumers", "--until-end")
    assert tallied() == {asin(number): 1 for number in range(20)}


def test_the_command_says_why_a_consumer_stands_still(settings: Any) -> None:
    append(ENRICHED, [event(number, title="refused") for number in range(60)], now=NOON)
    settings.CONSUMERS = ["tests.ingestion.tally.Tally"]
    with pytest.raises(CommandError, match="arbitrage-detector: 50 bad records in a row"):
        call_command("run_consumers", "--until-end")
    call_command("run_consumers", "--until-end", "--accept-floods")
