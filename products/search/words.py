"""Words as search compares them: lower case, without accents, split at everything that is neither letter nor digit."""

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """The folded words of a text, in order, each once."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    plain = folded if folded.isascii() else "".join(c for c in folded if not unicodedata.combining(c))
    return list(dict.fromkeys(_WORD.findall(plain)))


def searchable(*texts: str, more: Iterable[str] = ()) -> str:
    """What `Product.search_text` holds: every word between spaces, so that a whole word can be told from a part."""
    return f" {' '.join(words_of(' '.join((*texts, *more))))} "
