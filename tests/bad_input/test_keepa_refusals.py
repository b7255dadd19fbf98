"""Keepa refuses, fails or cannot be understood: the request's listings are asked again, and a person reads why."""

import re
from datetime import timedelta

import pytest

from arbitrage_site.clock import now
from ingestion import tasks
from ingestion.models import DeadLetter, LogRecord, PollRun
from products.models import Listing, PollTarget
from tests.bad_input.whole import EVERY_PAGE, Whole, command

FAILED = {
    "400": "Keepa rejected the request as malformed, or the key has an impossible form (status 400): "
    "invalidParameter An invalid parameter was used.",
    "404": "Keepa does not know this path; check KEEPA_BASE_URL (status 404): invalidParameter There is no such path.",
    "405": "Keepa says that a parameter is out of its range (status 405): "
    "invalidParameter A parameter is out of its range.",
    "500": "Keepa had a fault of its own (status 500).",
    "503": "Keepa is out of service for the moment (status 503).",
    "cut": "Keepa's answer cannot be read: it is not JSON, or it was cut off.",
    "html": "Keepa's answer cannot be read: it is not JSON, or it was cut off.",
    "error-with-200": "Keepa answered with an error: internal An internal error occurred.",
    "no-products": "Keepa's answer has no `products`.",
}
FOR_GOOD = ("400", "404", "405")
REFUSED = "Keepa gives this key no access (status 402): unauthorized The key is unknown or its subscription has ended."


@pytest.mark.parametrize("kind", FAILED)
def test_a_failed_request_says_why_and_when_its_listings_are_asked_again(whole: Whole, kind: str) -> None:
    whole.watch()
    whole.wire.offers = "gzip"
    whole.faults.plan(kind, times=None)

    printed = whole.poll()

    again = now() + (timedelta(hours=1) if kind in FOR_GOOD else timedelta(minutes=5))
    sentence = f"{FAILED[kind]} Its listings are asked again at {again:%H:%M} UTC."
    assert "0 listings in 1 requests" in printed
    assert sentence in printed
    assert sentence in whole.page("/pipeline/")
    assert set(PollTarget.objects.values_list("lease", "due_at", "source_minute")) == {("", again, None)}
    assert not LogRecord.objects.exists()
    whole.heal()


@pytest.mark.parametrize("kind", [kind for kind in FAILED if kind not in FOR_GOOD])
def test_what_passes_is_tried_again_at_once_and_nobody_notices(whole: Whole, kind: str) -> None:
    whole.watch()
    whole.faults.plan(kind)

    assert "4 listings in 1 requests" in whole.poll()
    assert whole.wire.paths.count("/product") == 2


def test_a_product_that_keepa_left_out_is_asked_again_and_the_others_are_there(whole: Whole) -> None:
    whole.watch()
    whole.faults.plan("partly-failed")

    assert "2 listings in 1 requests" in whole.poll()
    whole.consume()

    assert Listing.objects.count() == 2
    assert PollTarget.objects.filter(failures=1, due_at=now() + timedelta(hours=1)).count() == 2
    whole.heal(polls=2)


def test_a_refused_key_is_said_on_every_page_and_nothing_more_is_sent(whole: Whole) -> None:
    whole.watch()
    whole.faults.plan("402", times=None)

    assert f"{REFUSED} Its listings stay due." in whole.poll()
    sent = len(whole.wire.paths)
    whole.wait()
    tasks.poll_due()

    assert len(whole.wire.paths) == sent
    for path in EVERY_PAGE:
        assert f"Keepa is not asked. {REFUSED}" in whole.page(path)
    assert "Set another KEEPA_API_KEY in .env and start again" in whole.page("/pipeline/")
    assert whole.client.get("/health").json()["services"]["keepa"]["detail"] == REFUSED
    assert PollTarget.objects.filter(lease="", due_at__lte=now()).count() == 4


def test_another_key_polls_at_once_and_the_sentence_goes(whole: Whole) -> None:
    whole.watch()
    whole.faults.plan("402")
    whole.poll()
    whole.settings.KEEPA_API_KEY = whole.keepa._key = "n" * 64

    tasks.poll_due()

    assert PollRun.objects.get(outcome="ok").listings == 4
    assert "Keepa is not asked" not in whole.page("/")
    whole.heal()


def test_the_same_key_polls_again_when_a_person_says_that_it_was_paid(whole: Whole) -> None:
    whole.watch()
    whole.faults.plan("402")
    whole.faults.plan("402", path="token", times=None)
    whole.poll()

    assert f"CommandError: {REFUSED}" in command("poll")[-len(REFUSED) - 20 :]
    whole.faults.clear()
    assert "4 listings" in whole.poll()
    assert "Keepa is not asked" not in whole.page("/")


def test_a_key_that_is_refused_at_the_very_first_question_is_not_asked_about_again_and_again(whole: Whole) -> None:
    whole.watch()
    whole.faults.plan("402", path="token", times=None)

    for _ in range(3):
        tasks.poll_due()

    assert whole.wire.paths == ["/token"]
    assert f"Keepa is not asked. {REFUSED}" in whole.page("/")
    whole.settings.KEEPA_API_KEY = whole.keepa._key = "n" * 64
    whole.heal()


def test_a_deeply_negative_balance_is_waited_for_without_asking(whole: Whole) -> None:
    whole.watch()
    whole.poll()
    whole.wait()
    whole.keepa.bucket.admit(whole.keepa.clock.now_ms())  # lumps that are due come first
    whole.keepa.bucket.set_balance(-50_000)

    printed = whole.poll()

    assert "Keepa's token balance is -50000 (status 429); it is positive again in 1561 s." in printed
    assert "Its listings stay due." in printed
    assert "balance is -50000" in whole.page("/pipeline/")
    sent = len(whole.wire.paths)
    whole.wait(20)
    tasks.poll_due()
    assert len(whole.wire.paths) == sent
    whole.wait(8)
    assert "4 listings" in whole.poll()
    whole.heal()


def test_a_question_for_the_balance_that_fails_is_said_on_the_pipeline_page(whole: Whole) -> None:
    whole.watch()
    whole.faults.plan("503", path="token", times=None)

    assert whole.poll() == "CommandError: Keepa is out of service for the moment (status 503).\n"
    assert re.search(r"balance 0 0 \d+ ms KeepaUnavailable Keepa is out of service", whole.page("/pipeline/"))
    whole.heal()


def test_nobody_at_the_address_is_said_with_what_to_check(whole: Whole) -> None:
    whole.watch()
    address, whole.settings.KEEPA_BASE_URL = whole.settings.KEEPA_BASE_URL, "http://127.0.0.1:9"

    sentence = "Keepa (127.0.0.1) cannot be reached: check the network and KEEPA_BASE_URL."
    assert sentence in whole.poll()
    assert sentence in whole.page("/pipeline/")
    whole.settings.KEEPA_BASE_URL = address
    whole.heal()


def test_the_worker_says_the_same_in_its_log_and_goes_on(whole: Whole, caplog: pytest.LogCaptureFixture) -> None:
    whole.watch()
    whole.faults.plan("503", path="token")
    whole.faults.plan("html", times=None)

    tasks.poll_due()
    tasks.poll_due()

    assert "Keepa is out of service for the moment (status 503)." in caplog.text
    assert "Keepa's answer cannot be read: it is not JSON" in caplog.text
    assert "Traceback" not in caplog.text
    assert not DeadLetter.objects.exists()
    whole.heal()
