"""How low the sale price may fall and how much one may pay (economics.md 1.7)."""

from arbitrage.economics.inputs import FlipInputs


def break_even(inputs: FlipInputs) -> int | None:
    """The sale price from which the printed profit is not negative; None where no price is high enough."""
    raise NotImplementedError


def max_buy(inputs: FlipInputs, *, roi: int = 0, profit: int = 0) -> int | None:
    """Most one may pay (source currency) to reach `roi` basis points and `profit` minor units; None if nothing does."""
    raise NotImplementedError
