"""One flip in Decimal, line by line: the arithmetic that people read (economics.md 1)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from arbitrage.economics.inputs import FlipInputs


class Kind(StrEnum):
    """Which sum a line belongs to. Only `INFO` lines are in none."""

    REVENUE = "revenue"
    FEE = "fee"
    COST = "cost"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line. `amount` is signed as it enters the net profit: minor units of `currency`.

    `formula` shows the arithmetic with its numbers, `rate` the rate used ("19 %"), `source` who says so.
    """

    code: str
    label: str
    kind: Kind
    amount: int
    currency: str
    formula: str = ""
    rate: str = ""
    source: str = ""
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class Flip:
    """An evaluated flip. Amounts are minor units of `currency`; `net` = the sum of all lines but the INFO ones.

    `revenue` is without VAT, `fees` with the VAT on them where that is a cost, `cost` the landed cost. `roi`, `margin`
    (of the revenue) and `cash_roi` are basis points, half-up. `net_if_vat_lost` is the net profit if the source
    country's VAT does not come back, None where that is already so.
    """

    inputs: FlipInputs
    lines: tuple[Line, ...]
    revenue: int
    fees: int
    cost: int
    net: int
    net_eur: int
    roi: int
    margin: int
    cash_roi: int
    gross_spread: int
    gross_margin: int
    net_if_vat_lost: int | None

    @property
    def currency(self) -> str:
        """The target's currency."""
        return self.inputs.terms.currency


def evaluate(inputs: FlipInputs) -> Flip:
    """Price a flip. Total: any complete inputs have a result, which may be a loss."""
    raise NotImplementedError
