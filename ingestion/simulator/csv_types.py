"""Keepa's csv types: their numbers, which are prices, which come in triples (keepa.md 9)."""

from bisect import bisect_right

AMAZON, NEW, USED, SALES, LISTPRICE, LIGHTNING_DEAL, COUNT_NEW, EXTRA_INFO = 0, 1, 2, 3, 4, 8, 11, 15
RATING, COUNT_REVIEWS, BUY_BOX, COUNT_NEW_FBA = 16, 17, 18, 34
CSV_LENGTH = 36
NOTHING = -1

PRICES = frozenset(range(36)) - {3, 11, 12, 13, 14, 15, 16, 17, 34, 35}
TRIPLES = frozenset({7, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 32})

Row = list[int]
Csv = list[Row | None]


def width(kind: int) -> int:
    """How many numbers one point has: time and value, or time, price and shipping."""
    return 3 if kind in TRIPLES else 2


def cut(csv: Csv, since: int) -> Csv:
    """The rows from the last point at or before `since` (a Keepa minute) on, as the parameter `days` does it."""
    found: Csv = []
    for kind, row in enumerate(csv):
        if row is None:
            found.append(None)
            continue
        step = width(kind)
        earlier = bisect_right(row[::step], since)
        found.append(row[max(earlier - 1, 0) * step :])
    return found
