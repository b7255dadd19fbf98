"""Hostile words made harmless."""

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.keepa.texts import clean_text, whole_characters


@pytest.mark.parametrize(
    ("hostile", "clean"),
    [
        ("Bilderrahmen 30x40", "Bilderrahmen 30x40"),
        ("Salz &amp; Pfeffer &uuml;ber", "Salz & Pfeffer über"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("a\x00b\x1bc\x7f", "abc"),
        ("pay\u202eexe.tuo", "payexe.tuo"),
        ("\u2066x\u2069 \u200f\u061cy", "x y"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("  a\t\n\u2028 b\u00a0\u3000c  ", "a b c"),
        ("\ud800lone", "lone"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👨\u200d👩\u200d👧 Spiel", "👨\u200d👩\u200d👧 Spiel"),
        ("&#0;&#x202e;x", "\ufffdx"),
        ("", ""),
    ],
)
def test_what_could_deceive_goes_and_the_rest_stays(hostile: str, clean: str) -> None:
    assert clean_text(hostile) == clean


def test_5000_characters_become_500() -> None:
    assert clean_text("ä" * 5000) == "ä" * 500
    assert clean_text("word " * 1000).endswith("word")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=700))
def test_the_result_is_one_short_line_without_hidden_characters(text: str) -> None:
    clean = clean_text(text)
    assert len(clean) <= 500
    assert clean == " ".join(clean.split())
    assert {unicodedata.category(character) for character in clean} & {"Cc", "Cs", "Zl", "Zp"} == set()


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (r"a \ud83d", "a \ufffd"),
        (r"\udc00 b", "\ufffd b"),
        (r"\ud83d\ude00", "\N{GRINNING FACE}"),
        (r"\ud83d\ud83d\ude00", "\ufffd\N{GRINNING FACE}"),
        (r"\\ud83d \\\ud83d \"\u00e9\"", '\\ud83d \\\ufffd "é"'),
    ],
)
def test_half_a_character_is_replaced_and_all_else_stays(sent: str, read: str) -> None:
    assert json.loads(whole_characters(f'"{sent}"'.encode())) == read
