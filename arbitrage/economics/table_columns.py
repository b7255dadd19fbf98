"""The kernel's columns: prices and charges of many products."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from arbitrage.economics.interned import NONE, RULES
from arbitrage.economics.rates import PPM
from arbitrage.economics.referral import MOST_SEGMENTS, ReferralRule, Segment
from arbitrage.economics.sides import Int64

NO_BORDER = 2**62


@dataclass(frozen=True, slots=True)
class Columns:
    """Prices and charges of n products, each (5, n) int64 in the order of `marketplaces.CODES`; -1 means missing.

    `buy` is the price to pay at that marketplace, `sale` the one to sell at; minor units of its currency.
    `referral` is ppm. A missing `closing` fee is none (non-media); the others missing make a pair incomplete.

    The rest may be left out. `rule` and `goods` are numbers of `interned`; -1: no rule, unknown goods. `home` is the
    segment of the rule in which `referral` is in force all the same (-1: none). `minimum` is the least referral fee.
    Sales at or below `limit` pay `low` instead of `fba`. `efn` is the fee for stock in another country. `tabled` is 1
    where `fba` is from the tables. `weight` is the packed weight in g for sellers who ship themselves; -1 where it or
    another charge is missing. `volume` is the packed one in mm3.
    """

    buy: Int64
    sale: Int64
    referral: Int64
    fba: Int64
    closing: Int64
    rule: Int64 | None = None
    home: Int64 | None = None
    minimum: Int64 | None = None
    low: Int64 | None = None
    limit: Int64 | None = None
    efn: Int64 | None = None
    goods: Int64 | None = None
    tabled: Int64 | None = None
    weight: Int64 | None = None
    volume: Int64 | None = None

    def __len__(self) -> int:
        return int(self.buy.shape[1])

    def part(self, first: int, size: int) -> "Columns":
        """The products from `first` on, at most `size` of them; no copy."""
        cut = slice(first, first + size)
        known = {name: column for name in NAMES if (column := getattr(self, name)) is not None}
        return Columns(**{name: column[:, cut] for name, column in known.items()})

    def chosen(self, products: NDArray[np.intp]) -> "Columns":
        """Some products by their places."""
        known = {name: column for name in NAMES if (column := getattr(self, name)) is not None}
        return Columns(**{name: column[:, products] for name, column in known.items()})


NAMES = tuple(field.name for field in fields(Columns))


@dataclass(frozen=True, slots=True)
class RuleTables:
    """All referral rules by their number + 1, segment by segment; row 0 is "no rule": one segment, no border."""

    borders: Int64
    rates: Int64
    bases: Int64

    def fees(self, columns: Columns, row: int, sale: Int64, rate: Int64) -> Int64:
        """The referral fees of a marketplace (row) at these prices; `rate` is Keepa's, ppm."""
        rules = None if columns.rule is None else columns.rule[row]
        if rules is None or columns.home is None or int(rules.max(initial=NONE)) == NONE:
            fees = (2 * sale * rate + PPM) // (2 * PPM)
        else:
            fees = self._ruled(rules + 1, columns.home[row], sale, rate)
        return fees if columns.minimum is None else np.maximum(fees, columns.minimum[row])

    def _ruled(self, rules: Int64, home: Int64, sale: Int64, rate: Int64) -> Int64:
        place = (sale > self.borders[0].take(rules)).astype(np.int64)
        for border in self.borders[1:]:
            place += sale > border.take(rules)
        own = place == home
        at = rules * MOST_SEGMENTS + place
        shares = np.where(own, rate, self.rates.take(at))
        shares *= sale
        shares += np.where(own, 0, self.bases.take(at))
        return (2 * shares + PPM) // (2 * PPM)


def rule_tables() -> RuleTables:
    """The tables of all rules that have a number."""
    rules = [ReferralRule("", (Segment(None, 0),)), *RULES.values()]
    borders = np.full((MOST_SEGMENTS - 1, len(rules)), NO_BORDER, np.int64)
    rates, bases = (np.zeros((len(rules), MOST_SEGMENTS), np.int64) for _ in range(2))
    for number, rule in enumerate(rules):
        for place, part in enumerate(rule.segments):
            rates[number, place], bases[number, place] = part.rate, part.base
            if part.upto is not None:
                borders[place, number] = part.upto
    return RuleTables(borders, rates.ravel(), bases.ravel())


def fulfilment_fees(columns: Columns, row: int, sale: Int64, fba: Int64, extra: int) -> Int64:
    """The FBA fees of a marketplace (row) for local stock at these prices; `extra` is added to those of the tables."""
    fees = fba
    if columns.low is not None and columns.limit is not None:
        fees = np.where((columns.low[row] > 0) & (sale <= columns.limit[row]), columns.low[row], fba)
    if extra and columns.tabled is not None:
        fees = fees + extra * columns.tabled[row]
    return fees
