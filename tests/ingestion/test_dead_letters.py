"""Records set aside can be looked at, tried again, and given up for a reason."""

import json
from collections.abc import Sequence
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from msgspec.structs import replace

from ingestion import dead_letters
from ingestion.eventlog.sql import Entry, SqlReader, append_entries
from ingestion.events import ProductEnriched, encode
from ingestion.models import DeadLetter, LogRecord
from ingestion.runner.loop import Runner
from ingestion.topics import ENRICHED
from tests.ingestion.tally import NOON, Tally, asin, create_table, event, tallied

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def table(db: None) -> None:
    create_table()


def consume(consumer: Tally | None = None) -> None:
    runner = Runner(consumer or Tally(), SqlReader(Tally.group, Tally.topics, "a"))
    while runner.turn(NOON):
        pass
    runner.reader.close()


def set_aside(value: bytes = b"{", number: int = 1) -> DeadLetter:
    append_entries(ENRICHED, [Entry(asin(number), value, {"trace": "t"})], now=NOON)
    consume()
    return DeadLetter.objects.latest("pk")


def command(*arguments: Any) -> str:
    out = StringIO()
    call_command("dead_letters", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_a_replay_appends_the_same_bytes_under_the_same_key() -> None:
    letter = set_aside()
    assert command("replay", letter.pk).endswith("1 records replayed.\n")
    copy = LogRecord.objects.latest("offset")
    assert (copy.key, copy.headers) == (asin(1), {"trace": "t", "dlq.retry": "1"})
    letter.refresh_from_db()
    assert (letter.state, letter.closed_because) == ("replayed", f"Appended again as {copy}.")


def test_a_replay_that_fails_again_makes_a_letter_with_one_more_attempt() -> None:
    command("replay", set_aside().pk)
    consume()
    assert list(DeadLetter.objects.order_by("pk").values_list("attempts", "state")) == [(1, "replayed"), (2, "open")]


def test_a_replay_after_a_correction_is_applied_once() -> None:
    class Corrected(Tally):
        def write(self, events: Sequence[ProductEnriched]) -> None:
            super().write([replace(item, title="") for item in events])

    letter = set_aside(encode(event(5, title="refused")), 5)
    command("replay", letter.pk)
    command("replay", "--all")
    consume(Corrected())
    assert tallied() == {asin(5): 1}


def test_two_replays_at_a_time_append_once() -> None:
    letter = set_aside()
    everything = DeadLetter.objects.all()
    assert [one.pk for one in dead_letters.replay(everything, now=NOON)] == [letter.pk]
    assert dead_letters.replay(everything, now=NOON) == []
    assert LogRecord.objects.count() == 2


def test_dropping_keeps_the_reason_and_the_bytes() -> None:
    letter = set_aside()
    command("drop", letter.pk, "--reason", "a test that went wrong")
    letter.refresh_from_db()
    assert (letter.state, letter.closed_because, bytes(letter.value)) == ("dropped", "a test that went wrong", b"{")
    assert command("list") == "0 records set aside.\n"
    assert "dropped" in command("list", "--closed")


def test_dropping_without_a_reason_is_refused() -> None:
    with pytest.raises(CommandError, match="--reason"):
        command("drop", 1)


def test_deciding_needs_ids_or_all() -> None:
    with pytest.raises(CommandError, match="Name records by their id, or say --all"):
        command("replay")


def test_decisions_stay_within_group_and_topic() -> None:
    set_aside()
    assert command("drop", "--all", "--group", "alert-rules", "--reason", "x") == "0 records dropped.\n"
    assert command("drop", "--all", "--topic", ENRICHED.name, "--reason", "x").endswith("1 records dropped.\n")


def test_a_list_says_where_and_why() -> None:
    letter = set_aside()
    text = command("list")
    assert f"arbitrage-detector {ENRICHED.name}[{letter.partition}]@0" in text
    assert "decode: products.enriched.v1: Input data was truncated" in text


def test_what_is_shown_cannot_fool_a_terminal() -> None:
    letter = set_aside(json.dumps({"title": "\x1b[2J\u202e<b>ä"}, ensure_ascii=False).encode())
    text = command("show", letter.pk)
    assert text.isascii()
    assert "\x1b" not in text


def test_a_long_value_is_cut_unless_all_is_wished() -> None:
    letter = set_aside(b"x" * 10_000)
    assert "(10002 characters)" in command("show", letter.pk)
    assert "x" * 10_000 in command("show", letter.pk, "--whole")


def test_an_unknown_letter_is_a_sentence() -> None:
    with pytest.raises(CommandError, match="There is no such record set aside"):
        command("show", 77)


def test_a_letter_of_a_topic_that_is_gone_cannot_be_replayed() -> None:
    letter = set_aside()
    DeadLetter.objects.update(topic="old.topic")
    with pytest.raises(CommandError, match=r"old\.topic, which no longer exists"):
        command("replay", letter.pk)
