"""Products at known ASINs that are peculiar in one way each (keepa.md 14, point 6)."""

from collections.abc import Callable
from typing import Any

from ingestion.simulator.csv_types import BUY_BOX, LIGHTNING_DEAL, NEW, NOTHING, SALES, Csv, Row

NEVER_COLLECTED = "B0ODDNULLS"
GLITCH = "B0ODDGLTCH"
LIGHTNING = "B0ODDLGHTN"
VARIATION_PARENT = "B0ODDPARNT"
VARIATION_CHILDREN = ("B0ODDCHLD1", "B0ODDCHLD2")
WITHOUT_EAN = "B0ODDNOEAN"
WITHOUT_RANK = "B0ODDNRANK"
UNKNOWN_ROOT = "B0ODDROOT9"
FOREIGN_LETTERS = "B0ODDUNICO"
HOSTILE_TITLE = "B0ODDHOSTL"
UNKNOWN_SHIPPING = "B0ODDSHIPM"
E_BOOK = "B0ODDEBOOK"

ROOT_UNKNOWN = 9_223_372_036_854_775_807
GLITCH_PRICE = 199_900
DEAL_EVERY, DEAL_LASTS = 14_400, 480
E_BOOK_TYPE, PARENT_TYPE = 2, 5


def shape(asin: str, csv: Csv, now: int) -> Csv:
    """The histories of a peculiar product, as they enter the statistics. `now` is a Keepa minute."""
    if asin in (NEVER_COLLECTED, VARIATION_PARENT, E_BOOK):
        return [None] * len(csv)
    if asin == WITHOUT_RANK:
        return [_without_values(row) if kind == SALES else row for kind, row in enumerate(csv)]
    if asin == LIGHTNING:
        return [_deals(csv[NEW], now) if kind == LIGHTNING_DEAL else row for kind, row in enumerate(csv)]
    if asin == UNKNOWN_SHIPPING:
        return [_unknown_shipping(row) if kind == BUY_BOX else row for kind, row in enumerate(csv)]
    return csv


def add_glitch(asin: str, csv: Csv) -> Csv:
    """The outlier that Keepa shows in csv but leaves out of its statistics: one tenfold price in the middle of NEW."""
    row = csv[NEW] if len(csv) > NEW else None
    if asin != GLITCH or row is None or len(row) < 6:
        return csv
    # The third point, so that it stays where it is while the history grows.
    glitched = [*row[:5], GLITCH_PRICE, *row[6:]]
    return [glitched if kind == NEW else kept for kind, kept in enumerate(csv)]


def _without_values(row: Row | None) -> Row | None:
    return None if row is None else [row[0], NOTHING]


def _deals(new: Row | None, now: int) -> Row | None:
    """A deal every ten days; while one runs the last point is -1 at its end, which lies in the future."""
    if not new:
        return None
    points: Row = []
    for start in range(new[0] // DEAL_EVERY * DEAL_EVERY + DEAL_EVERY, now + 1, DEAL_EVERY):
        points += [start, 1_999, start + DEAL_LASTS, NOTHING]
    return points or None


def _unknown_shipping(row: Row | None) -> Row | None:
    if row is None:
        return None
    return [NOTHING if place % 3 == 2 else value for place, value in enumerate(row)]


def _parent(product: dict[str, Any]) -> None:
    product["productType"] = PARENT_TYPE
    product["variations"] = [
        {"asin": child, "attributes": [{"dimension": "Size", "value": size}]}
        for child, size in zip(VARIATION_CHILDREN, ("S", "L"), strict=True)
    ]


def _child(product: dict[str, Any]) -> None:
    product["parentAsin"] = VARIATION_PARENT


def _e_book(product: dict[str, Any]) -> None:
    product["productType"] = E_BOOK_TYPE


def _without_ean(product: dict[str, Any]) -> None:
    product["eanList"] = None


def _without_rank(product: dict[str, Any]) -> None:
    product["salesRankReference"] = NOTHING
    product["salesRanks"] = None


def _unknown_root(product: dict[str, Any]) -> None:
    product["rootCategory"] = ROOT_UNKNOWN
    product["categoryTree"] = [{"catId": ROOT_UNKNOWN, "name": "?"}]


def _foreign_letters(product: dict[str, Any]) -> None:
    product["title"] = "Ångström Œil-de-Bœuf Żółć ß 日本語 Ελληνικά 🎁"


def _hostile_title(product: dict[str, Any]) -> None:
    product["title"] = "<script>alert('x')</script>\u202egnip\u0007 & <b>" + "A" * 5_000


_OBJECTS: dict[str, Callable[[dict[str, Any]], None]] = {
    VARIATION_PARENT: _parent,
    **dict.fromkeys(VARIATION_CHILDREN, _child),
    E_BOOK: _e_book,
    WITHOUT_EAN: _without_ean,
    WITHOUT_RANK: _without_rank,
    UNKNOWN_ROOT: _unknown_root,
    FOREIGN_LETTERS: _foreign_letters,
    HOSTILE_TITLE: _hostile_title,
}


def twist(product: dict[str, Any]) -> None:
    """Change the object of a peculiar product in place; others stay as they are."""
    change = _OBJECTS.get(product["asin"])
    if change is not None:
        change(product)
