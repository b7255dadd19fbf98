"""What people paste, by every way in: the page, the API, the admin, the file and the environment."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingestion import tasks
from products.models import PollTarget, Product, Watch
from tests.bad_input.whole import EVERYWHERE, Whole, words

HOSTS = "amazon.de, amazon.it, amazon.es, amazon.co.uk, amazon.fr"
GOOD = ["B0TEST0001", "B0TEST0002"]
BAD = {
    "B0SHORT": "“B0SHORT” is not an ASIN: ten letters and digits, like B0ABCD1234.",
    "3453520131": "3453520131 looks like an ISBN-10, but its check digit is wrong.",
    "4006381333932": "4006381333932 looks like an EAN, but its check digit is wrong.",
    "4006381333931": "4006381333931 is an EAN; products are watched by ASIN, so paste the ASIN or a link.",
    "https://www.amazon.com/dp/B0TEST0003": f"www.amazon.com is not one of the five marketplaces ({HOSTS}).",
    "https://example.org/dp/B0TEST0003": f"That link is not one of the five marketplaces ({HOSTS}).",
    "https://www.amazon.de/s?k=frame": "That link leads to no product: it needs /dp/ and an ASIN.",
    "<b>B0TEST\u202e0003</b>": "is not one of the five marketplaces",
}
API = "/api/v1/products/watch"
MEGABYTES = "B0TEST0001\n" * 200_000


def by_page(whole: Whole, entries: list[str]) -> str:
    form = {"lines": "\n".join(entries), "marketplaces": EVERYWHERE}
    return words(whole.client.post("/watchlist/", form).content.decode())


def by_api(whole: Whole, entries: list[str]) -> str:
    answer = whole.client.post(API, {"entries": entries}, "application/json").json()
    return " ".join(verdict["message"] for verdict in answer["verdicts"])


def by_admin(whole: Whole, entries: list[str]) -> str:
    """One entry at a time: the last page that was shown for the bad one."""
    pages = {
        entry: whole.client.post("/admin/products/watch/add/", {"asin": entry, "marketplaces": EVERYWHERE, "note": ""})
        for entry in entries
    }
    refused = [page for page in pages.values() if page.status_code == 200]
    return words(" ".join(page.content.decode() for page in refused))


@pytest.fixture
def watchlist(whole: Whole, tmp_path: Path) -> Path:
    """The watchlist file of this installation."""
    whole.settings.WATCHLIST_FILE = tmp_path / "watchlist.txt"
    return tmp_path / "watchlist.txt"


@pytest.mark.parametrize("way", [by_page, by_api, by_admin])
@pytest.mark.parametrize("entry", BAD)
def test_a_bad_entry_is_named_and_costs_its_neighbours_nothing(
    whole: Whole, way: Callable[[Whole, list[str]], str], entry: str
) -> None:
    said = way(whole, [GOOD[0], entry, GOOD[1]])

    assert BAD[entry] in said
    assert "\u202e" not in said
    assert sorted(Watch.objects.values_list("product_id", flat=True)) == GOOD
    assert PollTarget.objects.count() == 10


def test_a_null_character_is_named_and_costs_its_neighbours_nothing(whole: Whole) -> None:
    said = by_page(whole, [GOOD[0], "B0TEST\x00003", GOOD[1]])

    assert "“B0TEST\ufffd003” is not an ASIN" in said
    assert Watch.objects.count() == 2
    response = whole.client.post(API, {"entries": ["B0TEST\x00003"]}, "application/json")
    assert (response.status_code, list(response.json()["fields"])) == (400, ["entries.0"])


def test_bad_lines_of_the_file_are_named_in_the_log_by_their_number(
    whole: Whole, watchlist: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watchlist.write_text("\n".join([GOOD[0], *BAD, GOOD[1]]))

    printed = whole.poll()

    for number, sentence in enumerate(BAD.values(), start=2):
        assert f"'line': {number}" in caplog.text
        assert sentence in caplog.text
    assert "10 listings in 5 requests" in printed
    assert sorted(Product.objects.values_list("pk", flat=True)) == GOOD


def test_bad_entries_of_the_environment_are_named_in_the_log(
    whole: Whole, watchlist: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole.settings.ASIN_WATCHLIST = [GOOD[0], "B0SHORT", GOOD[1]]

    tasks.poll_due()

    assert "ASIN_WATCHLIST" in caplog.text
    assert BAD["B0SHORT"] in caplog.text
    assert Watch.objects.count() == 2


def test_a_file_that_cannot_be_read_is_named_and_polling_goes_on(
    whole: Whole, watchlist: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watchlist.mkdir()
    whole.watch(1)

    assert "1 listings in 1 requests" in whole.poll()
    assert "watchlist.txt cannot be read: Is a directory." in caplog.text


def test_a_file_that_is_not_text_loses_only_what_is_not(whole: Whole, watchlist: Path) -> None:
    watchlist.write_bytes(b"\xff\xfe\x00\nB0TEST0001\n\x80\x81")

    assert "5 listings" in whole.poll()


def test_a_paste_of_two_megabytes_is_one_sentence_on_the_page(whole: Whole) -> None:
    for kind in ("multipart", "urlencoded"):
        form: dict[str, Any] = {"lines": MEGABYTES, "marketplaces": "DE"}
        body = ["marketplaces=DE&lines=" + MEGABYTES.replace("\n", "%0A"), "application/x-www-form-urlencoded"]
        response = whole.client.post("/watchlist/", *([form] if kind == "multipart" else body))

        assert response.status_code == 400
        said = "What was sent is larger than 1 MB, so nothing of it was read. Send it in parts."
        assert said in words(response.content.decode())
    assert not Watch.objects.exists()


def test_a_paste_of_two_megabytes_is_a_problem_in_the_api(whole: Whole) -> None:
    response = whole.client.post(API, {"entries": MEGABYTES.split()}, "application/json")

    assert (response.status_code, response["Content-Type"]) == (413, "application/problem+json")
    assert response.json()["detail"] == "The body is larger than 1 MB. Send less at a time."
    assert not Watch.objects.exists()


def test_two_megabytes_in_the_admin_are_one_sentence(whole: Whole) -> None:
    form = {"asin": MEGABYTES, "marketplaces": "DE"}
    response = whole.client.post("/admin/products/watch/add/", form)

    assert response.status_code == 400
    assert "What was sent is larger than 1 MB" in words(response.content.decode())


def test_two_megabytes_in_the_file_are_read_as_far_as_allowed_and_the_rest_is_named(
    whole: Whole, watchlist: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watchlist.write_text("B0TEST0002\n" + MEGABYTES)

    tasks.poll_due()

    assert "Only the first 5000 entries were read; paste the rest separately." in caplog.text
    assert Watch.objects.count() == 2


def test_more_lines_than_are_read_at_once_are_named_and_the_first_are_watched(whole: Whole) -> None:
    form = {"lines": "\n".join(f"B0{number:08d}" for number in range(5_001)), "marketplaces": "DE"}
    said = words(whole.client.post("/watchlist/", form).content.decode())

    assert "5000 added, 0 already watched, 1 not added" in said
    assert "Only the first 5000 entries were read; paste the rest separately." in said
    assert Watch.objects.count() == 5_000


@pytest.mark.parametrize(
    ("way", "sentence"),
    [
        (by_page, "B0TEST0001 stands above already."),
        (by_api, "B0TEST0001 stands above already."),
        (by_admin, "B0TEST0001 is on the watchlist already."),
    ],
)
def test_a_duplicate_is_named_and_watched_once(
    whole: Whole, way: Callable[[Whole, list[str]], str], sentence: str
) -> None:
    said = way(whole, ["B0TEST0001", "https://www.amazon.it/dp/b0test0001?tag=x"])

    assert sentence in said
    assert list(Watch.objects.values_list("product_id", flat=True)) == ["B0TEST0001"]


@pytest.mark.parametrize(
    ("way", "sentence"),
    [(by_page, "It was on the watchlist before."), (by_api, "B0TEST0001 is watched already.")],
)
def test_what_is_watched_already_is_named_and_stays_as_it_was(
    whole: Whole, way: Callable[[Whole, list[str]], str], sentence: str
) -> None:
    way(whole, ["B0TEST0001"])
    Watch.objects.update(note="mine", marketplaces=["DE"])

    assert sentence in way(whole, ["B0TEST0001"])
    assert Watch.objects.values_list("note", "marketplaces").get() == ("mine", ["DE"])


def test_an_unknown_marketplace_is_named_on_the_page(whole: Whole) -> None:
    form = {"lines": GOOD[0], "marketplaces": ["DE", "US"]}
    page = words(whole.client.post("/watchlist/", form).content.decode())

    assert "US is not a marketplace. Choose from DE, IT, ES, UK, FR." in page
    assert not Watch.objects.exists()


def test_an_unknown_marketplace_is_named_in_the_api(whole: Whole) -> None:
    response = whole.client.post(API, {"entries": GOOD, "marketplaces": ["DE", "US"]}, "application/json")

    assert (response.status_code, list(response.json()["fields"])) == (400, ["marketplaces.1"])
    assert '"US"' in response.json()["detail"]
    assert not Watch.objects.exists()


def test_an_unknown_marketplace_is_named_in_the_admin(whole: Whole) -> None:
    form = {"asin": GOOD[0], "marketplaces": ["US"], "note": ""}
    page = words(whole.client.post("/admin/products/watch/add/", form).content.decode())

    assert "Select a valid choice. US is not one of the available choices." in page
    assert not Watch.objects.exists()
