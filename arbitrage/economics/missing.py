"""What keeps a flip from being priced: named inputs, so that nothing unknown counts as zero."""

from dataclasses import dataclass

NO_BUY_PRICE = "no_buy_price"
NO_SALE_PRICE = "no_sale_price"


class InvalidRate(ValueError):
    """A rate that cannot be right; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One missing input: a stable `code` for programs, a `text` for people ("VAT registration in FR")."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A flip that cannot be priced, and everything that is missing for it.

    `out_of_stock` says that a leg has no price at all; then there is no flip, whatever else is missing.
    """

    source: str
    target: str
    missing: tuple[Missing, ...]

    @property
    def out_of_stock(self) -> bool:
        """Whether one of the two legs has no price."""
        return any(entry.code in {NO_BUY_PRICE, NO_SALE_PRICE} for entry in self.missing)

    def sentence(self) -> str:
        """For people: "needs VAT registration in FR; customs duty rate"."""
        return "needs " + "; ".join(entry.text for entry in self.missing)
