"""From listings to the kernel's columns, by the same rules as a single flip's inputs."""

from collections.abc import Mapping, Sequence

import numpy as np

from arbitrage.economics.inputs import (
    PricedListing,
    buy_price,
    closing_fee,
    conservative_price,
    fulfilment_fee,
    referral_rate,
)
from arbitrage.economics.kernel import INDEX, Columns

MISSING = -1


def columns_of(products: Sequence[Mapping[str, PricedListing]]) -> Columns:
    """One column a product, in the order given; each product maps marketplace codes to its listings."""
    shape = (len(INDEX), len(products))
    buy, sale, referral, fba, closing = (np.full(shape, MISSING, np.int64) for _ in range(5))
    for column, listings in enumerate(products):
        for code, listing in listings.items():
            row = INDEX[code]
            buy[row, column] = _known(buy_price(listing))
            sale[row, column] = _known(conservative_price(listing))
            referral[row, column] = _known(referral_rate(listing))
            fba[row, column] = _known(fulfilment_fee(listing))
            closing[row, column] = closing_fee(listing)
    return Columns(buy, sale, referral, fba, closing)


def _known(value: int | None) -> int:
    return MISSING if value is None else value
