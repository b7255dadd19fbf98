"""From listings to the kernel's columns, by the same rules as a single flip's inputs."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from arbitrage.economics.charges import Charges, charges_of
from arbitrage.economics.interned import GOODS, NONE, RULES
from arbitrage.economics.kernel import INDEX, Columns
from arbitrage.economics.missing import Missing
from arbitrage.economics.prices import PricedListing, buy_price, conservative_price
from arbitrage.economics.table_columns import NAMES
from arbitrage.economics.tables import NO_TABLES, DayTables

MISSING = -1


def columns_of(products: Sequence[Mapping[str, PricedListing]], tables: DayTables = NO_TABLES) -> Columns:
    """One column a product, in the order given; each product maps marketplace codes to its listings."""
    table = np.full((len(NAMES), len(INDEX), len(products)), MISSING, np.int64)
    table[NAMES.index("minimum")] = table[NAMES.index("tabled")] = 0
    for column, listings in enumerate(products):
        for code, listing in listings.items():
            table[:, INDEX[code], column] = list(_row(listing, charges_of(listing, tables)))
    return Columns(*table)


def _row(listing: PricedListing, charges: Charges) -> Iterator[int]:
    """A listing's values in the order of the columns."""
    referral, fba = charges.referral, charges.fba
    missing = isinstance(referral.minimum, Missing) or charges.closing is None
    yield _known(buy_price(listing))
    yield _known(conservative_price(listing))
    yield 0 if referral.rate is None and referral.rule else _known(referral.rate)
    yield MISSING if missing else _known(fba.standard)
    yield charges.closing or 0
    yield RULES.code(referral.rule)
    yield NONE if referral.home is None else referral.home
    yield 0 if referral.minimum is None or isinstance(referral.minimum, Missing) else referral.minimum.amount
    yield _known(fba.low)
    yield _known(fba.limit)
    yield MISSING if missing else _known(charges.efn.standard)
    yield GOODS.code(charges.goods)
    yield int(not fba.keepa)
    yield MISSING if missing or not (listing.package_weight or 0) > 0 else int(listing.package_weight or 0)
    yield _known(charges.volume)


def _known(value: int | None) -> int:
    return MISSING if value is None else value
