"""One product of Keepa's answer is wrong: it is set aside with its bytes and a reason, and costs no other a thing."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from arbitrage_site.clock import now
from ingestion.eventlog import values
from ingestion.models import ConsumerState, DeadLetter, LogRecord
from ingestion.topics import RAW
from products.models import Listing, PollTarget
from tests.bad_input.whole import Whole, command

BAD = "B0DEMO0002"
FAULTS = {
    "string-numbers": r"Keepa's product does not fit: Expected `int \| null`, got `str` - at `\$\.rootCategory`\.",
    "broken-triple": rf"{BAD}: series BUY_BOX_SHIPPING has \d+ numbers, which is no multiple of 3; "
    r"position \d+ begins a point without an end\.",
    "future-time": rf"{BAD}: source_minute \d+ is not between 2011 and the time of the answer\.",
    "huge-price": rf"{BAD}: series NEW has the value 2147483648 at position \d+, beyond 2147483647\.",
}
CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "no-time-but-words": ({"lastUpdate": "soon"}, r"got `str` - at `\$\.lastUpdate`"),
    "another-shop": ({"domainId": 8}, "DE is Keepa's domain 3, but the record says 3 and the product 8"),
    "no-array": ({"csv": "none"}, r"got `str` - at `\$\.csv`"),
    "a-number-beyond-all": ({"rootCategory": 10**30}, f"{BAD}: rootCategory is 10{{30}}, beyond 9223372036854775807"),
    "a-fee-beyond-all": ({"variableClosingFee": 2**31}, f"{BAD}: variableClosingFee is 2147483648, beyond 2147483647"),
    "a-type-beyond-all": ({"productType": 10**6}, f"{BAD}: productType is 1000000, beyond 32767"),
}


def changing(fields: dict[str, Any]) -> Callable[[bytes], bytes]:
    """A change of the answer's bytes that gives the bad product other fields."""

    def change(body: bytes) -> bytes:
        answer = json.loads(body)
        for product in answer["products"]:
            product |= fields if product["asin"] == BAD else {}
        return json.dumps(answer).encode()

    return change


def assert_set_aside_alone(whole: Whole, sentence: str) -> None:
    """The bad one is named where people look, its bytes are kept, and every other listing is there."""
    [letter] = DeadLetter.objects.all()
    assert re.search(sentence, letter.reason), letter.reason
    assert (letter.key, letter.topic) == (BAD, RAW.name)
    record = LogRecord.objects.get(topic=letter.topic, partition=letter.partition, offset=letter.offset)
    assert bytes(letter.value) == values.unpack(record.value)
    assert re.search(sentence, whole.page("/pipeline/"))
    assert re.search(rf"raw\.keepa_updates\[\d+\]@0 +{BAD} .*{sentence}", command("dead_letters", "list"))
    assert re.search(sentence, command("dead_letters", "show", str(letter.pk)))
    assert set(Listing.objects.values_list("product_id", flat=True)) == set(
        PollTarget.objects.exclude(product_id=BAD).values_list("product_id", flat=True)
    )


@pytest.mark.parametrize(("kind", "count"), [(kind, 100 if kind == "huge-price" else 4) for kind in FAULTS])
def test_one_bad_product_does_not_cost_the_others_of_its_answer(whole: Whole, kind: str, count: int) -> None:
    whole.watch(count)
    whole.faults.plan(kind, asin=BAD)

    assert f"{count} listings in 1 requests" in whole.poll()
    assert whole.consume() == ""

    assert_set_aside_alone(whole, FAULTS[kind])
    whole.heal(polls=2)


@pytest.mark.parametrize("kind", CHANGES)
def test_whatever_is_wrong_with_a_product_is_named(whole: Whole, kind: str) -> None:
    fields, sentence = CHANGES[kind]
    whole.watch()
    whole.wire.change = changing(fields)

    assert "4 listings in 1 requests" in whole.poll()
    whole.consume()

    assert_set_aside_alone(whole, sentence)
    whole.heal(polls=2)


def test_bytes_that_are_no_text_are_set_aside_as_they_came(whole: Whole) -> None:
    whole.watch()
    whole.wire.change = lambda body: changing({"title": "HERE"})(body).replace(b"HERE", b"\xff\xfe")

    whole.poll()
    whole.consume()

    assert_set_aside_alone(whole, "Keepa's product is not JSON")
    assert b"\xff\xfe" in bytes(DeadLetter.objects.get().value)
    whole.heal(polls=2)


def test_half_a_character_in_one_title_does_not_make_the_answer_unreadable(whole: Whole) -> None:
    whole.watch()
    whole.wire.change = changing({"title": "Kettle \\ \ud83d\ude00 \ud83d", "brand": "\udc00"})

    assert "4 listings in 1 requests" in whole.poll()
    assert whole.consume() == ""

    assert Listing.objects.get(product_id=BAD).title == "Kettle \\ \N{GRINNING FACE} \ufffd"
    assert not DeadLetter.objects.exists()


@pytest.mark.parametrize("minute", [None, 0, -5])
def test_a_product_without_a_time_is_as_old_as_the_answer(whole: Whole, minute: int | None) -> None:
    whole.watch()
    whole.wire.change = changing({"lastUpdate": minute})

    whole.poll()
    whole.consume()

    assert Listing.objects.count() == 4
    assert not DeadLetter.objects.exists()


@pytest.mark.parametrize("minute", [10**30, 10**17, 9_000_000])
def test_a_time_in_the_future_does_not_put_off_the_next_poll(whole: Whole, minute: int) -> None:
    whole.watch()
    whole.wire.change = changing({"lastUpdate": minute})

    whole.poll()
    whole.wait()

    assert PollTarget.objects.filter(due_at__lte=now()).count() == 4
    whole.consume()
    assert_set_aside_alone(whole, "source_minute|lastUpdate")
    whole.heal(polls=2)


@pytest.mark.parametrize("wrong", [{"asin": None}, {"asin": "B0"}, {"asin": 7}])
def test_a_product_that_does_not_name_itself_counts_as_left_out(whole: Whole, wrong: dict[str, Any]) -> None:
    whole.watch()
    whole.wire.change = changing(wrong)

    assert "3 listings in 1 requests" in whole.poll()
    assert PollTarget.objects.get(product_id=BAD).failures == 1
    whole.heal(polls=2)


def test_a_flood_of_bad_products_stops_the_consumer_with_the_way_out_and_loses_nothing(whole: Whole) -> None:
    whole.watch(60)
    whole.faults.plan("string-numbers")
    whole.poll()

    printed = whole.consume()

    sentence = "50 bad records in a row. Nothing of this batch was set aside. Correct the cause, or stop run_consumers"
    assert f"CommandError: enrichment-consumer: {sentence}" in printed
    assert f"enrichment-consumer stands still since now : {sentence}" in whole.page("/pipeline/")
    assert "One of them is raw.keepa_updates" in ConsumerState.objects.get(group="enrichment-consumer").stopped_because
    assert not DeadLetter.objects.exists()
    assert command("run_consumers", until_end=True, accept_floods=True) == ""
    assert DeadLetter.objects.count() == 60
    whole.heal(polls=2)


def test_a_record_set_aside_is_replayed_after_a_correction(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    whole.watch()
    whole.faults.plan("huge-price", asin=BAD)
    whole.poll()
    whole.consume()
    monkeypatch.setattr("ingestion.keepa.histories._LARGEST", 2**31)
    monkeypatch.setattr("ingestion.enrichment.snapshots.history_of", lambda *_, **__: {})

    assert "1 records replayed." in command("dead_letters", "replay", all=True)
    assert whole.consume() == ""

    assert Listing.objects.filter(product_id=BAD).exists()
    assert "0 records set aside." in command("dead_letters", "list")
