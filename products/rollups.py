"""Roll-ups: listings per day, marketplace, category and brand."""

from collections.abc import Iterable

from products import bulk
from products.models import RollUpShare

_NEW_SHARE = ("", "", 1, 0, 0, b"", None)
_COLUMNS = ("asin", "marketplace", "category", "brand", "marked", "counted", "first_day", "closes", "median_90")


def mark(pairs: Iterable[tuple[str, str]]) -> None:
    """Say that these listings have a newer snapshot. Runs in the transaction that writes the listings."""
    bulk.upsert(
        RollUpShare,
        _COLUMNS,
        [(*pair, *_NEW_SHARE) for pair in pairs],
        key=("asin", "marketplace"),
        update=(),
        raise_by_one=("marked",),
    )
