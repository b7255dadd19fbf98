"""How values are written."""

import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from products.templatetags import show
from tests.factories import NOON


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (1234, "EUR", "€12.34"),
        (-5, "GBP", "−£0.05"),
        (123456789, "EUR", "€1\u202f234\u202f567.89"),
        (100, "PLN", "PLN 1.00"),
        (None, "EUR", "–"),
        ("", "EUR", "–"),
    ],
)
def test_money(minor: int | None, currency: str, shown: str) -> None:
    assert show.money(minor, currency) == shown


def test_a_profit_has_a_sign_and_a_loss_too() -> None:
    assert (show.gain(936), show.gain(0), show.gain(-936)) == ("+€9.36", "€0.00", "−€9.36")


def test_ratios_are_rounded_for_reading_and_exact_for_checking() -> None:
    assert (show.percent(2203), show.percent2(2203)) == ("22.0\u202f%", "22.03\u202f%")
    assert (show.percent(-2205), show.percent2(-5)) == ("−22.1\u202f%", "−0.05\u202f%")
    assert (show.ppm(150_000), show.ppm(30_900), show.permille(965)) == ("15\u202f%", "3.09\u202f%", "96.5\u202f%")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "now"), (59, "59 s ago"), (60, "1 min ago"), (7199, "1 h ago"), (86_400, "1 d ago")],
)
def test_ages(seconds: int, words: str) -> None:
    assert f">{words}</time>" in show.ago(NOON - timedelta(seconds=seconds), NOON)


def test_what_lies_ahead_and_what_never_was() -> None:
    assert ">in 4 min</time>" in show.until(NOON + timedelta(minutes=4), NOON)
    assert ">now</time>" in show.until(NOON - timedelta(minutes=4), NOON)
    assert (show.until(None, NOON), show.ago(None, NOON)) == ("–", "never")


def test_a_moment_of_keepa_ahead_of_our_clock_is_now() -> None:
    assert ">now</time>" in show.ago(NOON + timedelta(minutes=4), NOON)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_text_from_outside_has_no_hidden_characters(text: str) -> None:
    shown = show.text(text)

    assert len(shown) <= show.LONGEST_TEXT
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_grades_begin_at_forty_and_seventy() -> None:
    assert [show.grade(score) for score in (None, 39, 40, 69, 70)] == ["none", "low", "medium", "medium", "high"]
