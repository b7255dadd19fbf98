"""What kind of goods a root category holds, by the words that the five shops use for it."""

import unicodedata
from functools import lru_cache


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ELECTRONICS = _words(
    "elektronik elettronica electronica electronics high-tech computer computers informatica informatique"
)
BEAUTY = _words(
    "beauty kosmetik bellezza belleza beaute parfum drogerie health salute salud hygiene personenpflege cura"
)
PLUGGED = ELECTRONICS | _words(
    "kuche kitchen cucina cocina cuisine elektro-grossgerate appliances elettrodomestici electrodomesticos"
    " electromenager baumarkt diy bricolage bricolaje beleuchtung lighting illuminazione iluminacion luminaires"
)
"""Kinds of goods of which many have a plug."""
_WORDED = _words("bucher books libri libros livres dvd software games video videogiochi videojuegos zeitschriften")
_TOYS = _words("toys")


@lru_cache(maxsize=2_048)
def words_of(category: str) -> frozenset[str]:
    """The words of a category's name, small and without accents."""
    plain = unicodedata.normalize("NFKD", category.casefold())
    letters = "".join(
        sign if sign.isalnum() or sign == "-" else " " for sign in plain if not unicodedata.combining(sign)
    )
    return frozenset(letters.split())


def is_kind(category: str, words: frozenset[str]) -> bool:
    """Whether a category's name has one of these words."""
    return not words.isdisjoint(words_of(category))


def comes_in_a_language(category: str) -> bool:
    """Whether it is a book, a film, software or a game, which somebody must be able to read."""
    return is_kind(category, _WORDED) and not is_kind(category, _TOYS)
