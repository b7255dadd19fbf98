"""Words from Amazon: hostile until cleaned. Escaping for a page or a message is the task of whoever shows them."""

import html
import re
import unicodedata

LONGEST = 500
_READ_AT_MOST = 20 * LONGEST
_ESCAPE = re.compile(
    rb"""\\(?:
        u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}  # both halves
        | (?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})
        | .                                                     # any other escape, a backslash's own included
    )""",
    re.VERBOSE | re.DOTALL,
)
_JOINERS = "\u200c\u200d"
"""Invisible too, but some scripts and emoji need them."""


def clean_text(text: str, *, longest: int = LONGEST) -> str:
    """One line of at most `longest` characters: entities unescaped once, control and bidi characters gone."""
    text = html.unescape(text[:_READ_AT_MOST])
    if not text.isprintable():
        text = "".join(_visible(character) for character in text)
    return " ".join(text.split())[:longest].rstrip()


def whole_characters(body: bytes) -> bytes:
    """JSON in which half a character is replaced by U+FFFD; the rest stays byte for byte.

    Whoever cuts a title after so many UTF-16 units may leave half an emoji at its end. That is no valid text, and one
    such title would make the whole answer unreadable.
    """
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found["half"] else found[0], body)


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs") and character not in _JOINERS
    return "" if hidden else character
