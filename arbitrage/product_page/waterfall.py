"""A flip's lines as bars: where each begins and ends between the sale and the net profit."""

from dataclasses import dataclass

from arbitrage.economics.flip import Flip, Kind, Line

WIDTH = 1000
"""Bars are drawn in thousandths of the picture's width."""
_NAMES = {
    Kind.REVENUE: ("Sale", "Net revenue"),
    Kind.FEE: ("Amazon's fees", "Fees"),
    Kind.COST: ("Purchase", "Landed cost"),
    Kind.INFO: ("For information, in no sum", ""),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A line and its bar. `kind` is the class it is drawn in: up, down."""

    line: Line
    x: int
    width: int
    kind: str


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one sum. `total` is signed as it enters the net profit; None for what is in no sum."""

    kind: Kind
    title: str
    total_label: str
    total: int | None
    bars: list[Bar]


def groups(flip: Flip) -> list[Group]:
    """The lines by kind in the order of the arithmetic, each with its bar."""
    scale = _scale(flip)
    position = 0
    result = []
    for kind, (title, total_label) in _NAMES.items():
        bars = []
        lines = [line for line in flip.lines if line.kind == kind]
        for line in lines:
            moves = 0 if kind is Kind.INFO else line.amount
            bars.append(_bar(line, position, position + moves, scale))
            position += moves
        total = None if kind is Kind.INFO else sum(line.amount for line in lines)
        if bars:
            result.append(Group(kind, title, total_label, total, bars))
    return result


def _scale(flip: Flip) -> tuple[int, int]:
    """The lowest point of the running sum and the span to its highest, in minor units."""
    sums = [0]
    for kind in _NAMES:
        for line in flip.lines:
            if line.kind == kind and kind is not Kind.INFO:
                sums.append(sums[-1] + line.amount)
    return min(sums), max(max(sums) - min(sums), 1)


def _bar(line: Line, begin: int, end: int, scale: tuple[int, int]) -> Bar:
    low, span = scale
    left, right = (WIDTH * (value - low) // span for value in sorted((begin, end)))
    return Bar(line, left, max(right - left, 4) if begin != end else 0, "up" if end > begin else "down")
