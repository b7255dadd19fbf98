"""Words from Amazon: hostile until cleaned. Escaping for a page or a message is the task of whoever shows them."""

import html
import unicodedata

LONGEST = 500
_READ_AT_MOST = 20 * LONGEST
_JOINERS = "\u200c\u200d"
"""Invisible too, but some scripts and emoji need them."""


def clean_text(text: str, *, longest: int = LONGEST) -> str:
    """One line of at most `longest` characters: entities unescaped once, control and bidi characters gone."""
    text = html.unescape(text[:_READ_AT_MOST])
    if not text.isprintable():
        text = "".join(_visible(character) for character in text)
    return " ".join(text.split())[:longest].rstrip()


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs") and character not in _JOINERS
    return "" if hidden else character
