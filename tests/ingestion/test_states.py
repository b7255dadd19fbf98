"""Members of a group tell of themselves alone, and together they are shown as the group."""

from datetime import UTC, datetime, timedelta

import pytest

from ingestion.models import ConsumerState
from ingestion.runner.states import SILENT_AFTER, Seen, Standing, seen
from ingestion.topics import ENRICHMENT

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=20)
pytestmark = pytest.mark.django_db


def row(owner: str, *, ago: timedelta = timedelta(), why: str = "") -> None:
    since = NOON - ago if why else None
    ConsumerState.objects.create(
        group=ENRICHMENT, owner=owner, seen_at=NOON - ago, stopped_because=why, stopped_at=since
    )


def test_one_that_goes_on_does_not_wipe_why_another_stands_still() -> None:
    Standing(ENRICHMENT).stopped("The topic is missing.", now=NOON)
    Standing(ENRICHMENT).going(now=LATER)
    found = seen(LATER)[ENRICHMENT]
    assert found == Seen(at=LATER, members=2, stopped=1, why="The topic is missing.", since=NOON)
    assert found.part == " (1 of 2 members)"


def test_a_reason_keeps_its_first_moment_and_ends_when_the_member_goes_on() -> None:
    member = Standing(ENRICHMENT)
    member.stopped("The topic is missing.", now=NOON)
    member.stopped("The topic is missing.", now=LATER)
    assert seen(LATER)[ENRICHMENT] == Seen(LATER, 1, 1, "The topic is missing.", NOON)
    member.stopped("Another reason.", now=LATER)
    assert seen(LATER)[ENRICHMENT].since == LATER
    member.going(now=LATER)
    assert seen(LATER)[ENRICHMENT] == Seen(LATER, 1, 0, "", None)


def test_a_group_of_one_member_stands_still_as_a_whole() -> None:
    Standing(ENRICHMENT).stopped("The topic is missing.", now=NOON)
    assert seen(NOON)[ENRICHMENT].part == ""


def test_the_reason_that_has_lasted_longest_is_shown() -> None:
    row("newer", why="The newer reason.", ago=timedelta(seconds=5))
    row("older", why="The older reason.", ago=timedelta(seconds=30))
    assert seen(NOON)[ENRICHMENT].why == "The older reason."


def test_what_ended_long_ago_does_not_count_beside_one_that_runs() -> None:
    row("gone", why="Its reason.", ago=SILENT_AFTER * 2)
    row("here")
    assert seen(NOON)[ENRICHMENT] == Seen(NOON, 1, 0, "", None)


def test_the_last_one_that_was_seen_is_shown_when_none_runs() -> None:
    row("first", ago=SILENT_AFTER * 9)
    row("last", why="Its reason.", ago=SILENT_AFTER * 2)
    assert seen(NOON)[ENRICHMENT].why == "Its reason."
    assert seen(NOON)[ENRICHMENT].at == NOON - SILENT_AFTER * 2


def test_rows_of_members_that_are_gone_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.runner.states.has_ended", lambda owner: owner == "killed")
    row("silent", ago=SILENT_AFTER * 2)
    row("killed", why="Its reason.")
    row("elsewhere")
    Standing(ENRICHMENT).going(now=NOON)
    owners = set(ConsumerState.objects.values_list("owner", flat=True))
    assert owners > {"elsewhere"}
    assert not owners & {"silent", "killed"}
