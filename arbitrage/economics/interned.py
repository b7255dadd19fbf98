"""Values that the kernel's columns name by number. A number stands for the same value as long as the process lives."""

from threading import Lock
from typing import Generic, NamedTuple, TypeVar

from arbitrage.economics.referral import ReferralRule
from arbitrage.economics.tables import Category

T = TypeVar("T")
NONE = -1


class Goods(NamedTuple):
    """What decides VAT, duty and storage of a product: its tax class, its duty class (empty: unknown), its group."""

    tax_class: str
    duty_class: str
    storage: str = "standard"


class Interned(Generic[T]):
    """Numbers for values, given out in order and never taken back; there are some dozen of them."""

    def __init__(self) -> None:
        self._codes: dict[T, int] = {}
        self._values: list[T] = []
        self._lock = Lock()

    def code(self, value: T | None) -> int:
        """The number of a value; NONE for none."""
        if value is None:
            return NONE
        found = self._codes.get(value)
        if found is None:
            with self._lock:
                found = self._codes.setdefault(value, len(self._values))
                if found == len(self._values):
                    self._values.append(value)
        return found

    def value(self, code: int) -> T:
        """The value of a number."""
        return self._values[code]

    def values(self) -> tuple[T, ...]:
        """All values by number."""
        return tuple(self._values)


RULES: Interned[ReferralRule] = Interned()
GOODS: Interned[Goods] = Interned()
UNKNOWN_CLASS = "unknown"
STANDARD_CLASS = "standard"


def goods_of(category: Category | None) -> Goods | None:
    """The goods of a root category; a root that holds several rates counts as standard, and makes an estimate."""
    if category is None:
        return None
    known = category.tax_class != UNKNOWN_CLASS
    return Goods(category.tax_class if known else STANDARD_CLASS, category.duty_class)
