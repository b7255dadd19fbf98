"""What people paste, and the verdict on each line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from products.watchlist import MOST_LINES, ean_fits, read_entry, read_lines


@pytest.mark.parametrize(
    ("entry", "asin", "marketplace"),
    [
        ("B08KT182SN", "B08KT182SN", None),
        (" b08kt182sn ", "B08KT182SN", None),
        ("3-453-52013-0", "3453520130", None),
        ("https://www.amazon.de/Some-Title/dp/B08KT182SN/ref=sr_1_1?keywords=x", "B08KT182SN", "DE"),
        ("amazon.co.uk/gp/product/B08KT182SN", "B08KT182SN", "UK"),
        ("https://smile.amazon.fr/gp/aw/d/B08KT182SN?th=1", "B08KT182SN", "FR"),
    ],
)
def test_an_asin_is_found(entry: str, asin: str, marketplace: str | None) -> None:
    line = read_entry(entry)

    assert (line.verdict, line.asin, line.marketplace) == ("ok", asin, marketplace)


@pytest.mark.parametrize(
    ("entry", "verdict", "sentence"),
    [
        ("B08KT", "malformed", "is not an ASIN"),
        ("<script>alert(1)<", "malformed", "is not an ASIN"),
        ("3453520131", "malformed", "check digit is wrong"),
        ("4004122159148", "malformed", "looks like an EAN, but its check digit is wrong"),
        ("4004122159147", "ean", "watched by ASIN"),
        ("https://www.amazon.com/dp/B08KT182SN", "foreign", "amazon.com is not one of the five"),
        ("https://amazon.de.evil.example/dp/B08KT182SN", "foreign", "not one of the five"),
        ("javascript://amazon.de/dp/B08KT182SN", "foreign", "not one of the five"),
        ("https://[amazon.de/dp/B08KT182SN", "foreign", "not one of the five"),
        ("https://www.amazon.de/s?k=frame", "malformed", "leads to no product"),
    ],
)
def test_a_bad_entry_is_named_with_a_sentence(entry: str, verdict: str, sentence: str) -> None:
    line = read_entry(entry)

    assert line.verdict == verdict
    assert sentence in line.message
    assert line.asin is None


def test_a_later_repeat_is_a_duplicate_and_comments_are_passed_over() -> None:
    lines = read_lines("B08KT182SN # the frame\n\n# nothing\nhttps://amazon.it/dp/B08KT182SN\n")

    assert [(line.number, line.verdict) for line in lines] == [(1, "ok"), (4, "duplicate")]


def test_a_huge_paste_is_read_up_to_a_limit_that_is_named() -> None:
    lines = read_lines("B08KT182SN\n" * 200_000)

    assert len(lines) == MOST_LINES + 1
    assert lines[-1].verdict == "too_many"


@given(st.integers(min_value=0, max_value=10**12 - 1), st.integers(min_value=1, max_value=9))
@settings(deadline=None, max_examples=50)
def test_a_changed_check_digit_never_fits(number: int, change: int) -> None:
    body = f"{number:012d}"
    fitting = next(digit for digit in range(10) if ean_fits(f"{body}{digit}"))

    assert not ean_fits(f"{body}{(fitting + change) % 10}")


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=200)
def test_no_text_breaks_the_reader(text: str) -> None:
    for line in read_lines(text):
        assert line.message or line.verdict == "ok"
