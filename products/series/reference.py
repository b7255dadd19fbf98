"""Which series is the price of a sale."""

from products.series.points import BUY_BOX, NEW


def reference_kind(*, buy_box_asked: bool) -> int:
    """The type of the reference price: the buy box from the first time that it was asked, NEW until then."""
    return BUY_BOX if buy_box_asked else NEW
