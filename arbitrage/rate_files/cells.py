"""One cell of a rate file as a value. Whatever cannot be read is a ValueError that says what was expected."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from arbitrage.economics.referral import parse_tiers
from arbitrage.economics.storage import MM3
from products.marketplaces import CODES

Read = Callable[[str], object]
_MONTHS = re.compile(r"([0-9]{1,2})-([0-9]{1,2})")
_NUMBER = re.compile(r"[0-9]{1,7}(\.[0-9]{1,4})?")


def text(cell: str) -> str:
    """Any words."""
    return cell


def word(cell: str) -> str:
    """Words that must be there."""
    if not cell:
        raise ValueError("is empty")
    return cell


def percent(cell: str) -> int:
    """Percent as ppm."""
    value = _number(cell) * 10_000
    if not 0 <= value <= 1_000_000 or value != int(value):
        raise ValueError(f'is "{cell}"; give a percentage from 0 to 100 with at most four decimals')
    return int(value)


def money(cell: str) -> int:
    """An amount as minor units."""
    value = _number(cell) * 100
    if value != int(value):
        raise ValueError(f'is "{cell}"; give an amount with at most two decimals')
    return int(value)


def money_or_nothing(cell: str) -> int:
    """An amount as minor units; empty is none."""
    return money(cell) if cell else 0


def whole(cell: str) -> int:
    """A number of g, or a rank."""
    if not cell.isdecimal() or len(cell) > 9:
        raise ValueError(f'is "{cell}"; give a whole number')
    return int(cell)


def measure(cell: str) -> int | None:
    """A positive measure in mm or g; empty is no limit."""
    if not cell:
        return None
    if not (value := whole(cell)):
        raise ValueError("is 0; a measure is positive, or empty for no limit")
    return value


def months(cell: str) -> str:
    """The first and the last month of a season."""
    found = _MONTHS.fullmatch(cell)
    if not found or not 1 <= int(found[1]) <= int(found[2]) <= 12:
        raise ValueError(f'is "{cell}"; write months as 10-12')
    return cell


def volume(cell: str) -> str:
    """A unit of volume."""
    if cell not in MM3:
        raise ValueError(f'is "{cell}"; write {" or ".join(MM3)}')
    return cell


def yes(cell: str) -> bool:
    """yes or no."""
    if cell not in {"yes", "no"}:
        raise ValueError(f'is "{cell}"; write yes or no')
    return cell == "yes"


def day(cell: str) -> date:
    """A day."""
    try:
        return date.fromisoformat(cell)
    except ValueError as error:
        raise ValueError(f'is "{cell}"; write a day as 2026-09-15') from error


def day_or_open(cell: str) -> date | None:
    """A day; empty is until further notice."""
    return day(cell) if cell else None


def store(cell: str) -> str:
    """A marketplace; empty is every one."""
    if cell and cell not in CODES:
        raise ValueError(f'is "{cell}"; the stores are {", ".join(CODES)}')
    return cell


def mark(cell: str) -> str:
    """A confidence mark."""
    if cell not in {"H", "M", "L", "?"}:
        raise ValueError(f'is "{cell}"; the marks are H, M, L and ?')
    return cell


def tiers(cell: str) -> str:
    """The tiers of a referral fee."""
    parse_tiers(cell)
    return cell


def _number(cell: str) -> Decimal:
    if not _NUMBER.fullmatch(cell):
        raise ValueError(f'is "{cell}"; give a number that is not negative')
    return Decimal(cell)
