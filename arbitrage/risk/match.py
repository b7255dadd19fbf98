"""Whether both listings of an ASIN sell the same thing: pack size, codes, plug, language, size of the parcel."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from arbitrage.risk.kinds import PLUGGED, comes_in_a_language, is_kind

LANGUAGES = {"DE": "German", "IT": "Italian", "ES": "Spanish", "UK": "English", "FR": "French"}
LARGEST_PARCEL = (450, 340, 260)
"""mm; anything beyond is oversize (economics.md 3.4)."""
HEAVIEST_PARCEL = 11_900
"""g."""

_PACK = re.compile(
    r"\b(?:pack of|set of|confezione da|lot de|paquete de|pack de|set da|juego de|vorratspack(?: von)?)\s+(\d{1,3})\b"
    r"|\b(\d{1,3})\s?(?:er[ -]?(?:pack|set)|-?pack|pack|pezzi|pieces|pièces|piezas|unidades|stück)\b",
    re.IGNORECASE,
)
_SEARCHED = 500
"""Letters of a title that are read; titles are foreign text."""


@dataclass(frozen=True, slots=True)
class Goods:
    """What a listing says that it sells. Sides in mm, weight in g; None where it is not known."""

    marketplace: str
    title: str = ""
    category: str = ""
    pack: int | None = None
    eans: Collection[str] = ()
    sides: tuple[int, int, int] | None = None
    weight: int | None = None


def pack_of(title: str) -> int | None:
    """Items in a pack as a title says it; None where it does not."""
    found = _PACK.search(title[:_SEARCHED])
    return int(found[1] or found[2]) if found else None


def packs_differ(source: Goods, target: Goods) -> tuple[int, int] | None:
    """Both pack sizes if they differ: by the titles where both name one, else by Keepa's numbers.

    A title is never held against a number: a box of 24 batteries is one item to Keepa as often as it is 24.
    """
    bought, sold = pack_of(source.title), pack_of(target.title)
    if bought is None or sold is None:
        bought, sold = source.pack, target.pack
    return (bought, sold) if bought and sold and bought != sold else None


def codes_differ(source: Goods, target: Goods) -> bool:
    """Whether both name EANs and share none."""
    return bool(source.eans) and bool(target.eans) and set(source.eans).isdisjoint(target.eans)


def plugs_differ(source: Goods, target: Goods) -> bool:
    """Whether it may carry a British plug to the continent, or the other way round."""
    crosses = (source.marketplace == "UK") != (target.marketplace == "UK")
    return crosses and any(is_kind(goods.category, PLUGGED) for goods in (source, target))


def language_differs(source: Goods, target: Goods) -> bool:
    """Whether it comes in a language, and the two shops speak different ones."""
    worded = any(comes_in_a_language(goods.category) for goods in (source, target))
    return worded and source.marketplace != target.marketplace


def is_oversize(goods: Goods) -> bool:
    """Whether the parcel is larger or heavier than the largest standard one."""
    too_heavy = goods.weight is not None and goods.weight > HEAVIEST_PARCEL
    if goods.sides is None:
        return too_heavy
    sides = sorted(goods.sides, reverse=True)
    return too_heavy or any(side > most for side, most in zip(sides, LARGEST_PARCEL, strict=True))


def leaves_the_uk(source: Goods, target: Goods) -> bool:
    """Whether goods first sold in the UK go to the EEA, where trade marks are not exhausted (economics.md 7)."""
    return source.marketplace == "UK" and target.marketplace != "UK"
