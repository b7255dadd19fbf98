"""The page about the economics keeps its word: every number on it is recomputed, by a calculator and by the program."""

import ast
import operator
import re
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from arbitrage.economics.flip import evaluate
from arbitrage.economics.limits import break_even, max_buy
from tests.arbitrage.economics.examples import ALL

PAGE = (Path(__file__).parents[1] / "docs" / "economics.md").read_text()
_EXAMPLE = re.compile(r"<!-- example (\S+) -->\n((?:\|.*\n)+)")
_ROW = re.compile(r"\| (?:\*\*)?([^|*]+?)(?:\*\*)? \| (-?[0-9]+\.[0-9]{2}) \|")
_SUM = re.compile(r"`([^`=]*[-+*/(][^`=]*) = (-?[0-9.]+)`")
_OPERATORS: dict[type[ast.AST], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
SUMS = list(dict.fromkeys(_SUM.findall(PAGE)))


def tables() -> Iterator[tuple[str, str, Decimal]]:
    """(example, line, amount) of every table that names an example."""
    for example, table in _EXAMPLE.findall(PAGE):
        for label, amount in _ROW.findall(table):
            yield example, label, Decimal(amount)


def calculated(node: ast.AST) -> Decimal:
    """What a pocket calculator makes of a sum."""
    match node:
        case ast.Expression(body):
            return calculated(body)
        case ast.BinOp(left, kind, right):
            return _OPERATORS[type(kind)](calculated(left), calculated(right))
        case ast.Call(ast.Name(name), arguments):
            return {"min": min, "max": max}[name](map(calculated, arguments))
        case ast.Constant(value):
            return Decimal(str(value))
    raise AssertionError(f"{ast.dump(node)} is no arithmetic")


def answers(example: str) -> dict[str, int]:
    """What the program prints of an example, cents by label."""
    inputs = ALL[example]
    flip = evaluate(inputs)
    return {line.label: line.amount for line in flip.lines} | {
        "net revenue": flip.revenue,
        "fees": flip.fees,
        "landed cost": flip.cost,
        "net profit": flip.net,
        "break-even sale price": break_even(inputs) or 0,
        "most to pay for 20 % ROI": max_buy(inputs, roi=2000) or 0,
        "most to pay for 30 % ROI": max_buy(inputs, roi=3000) or 0,
    }


@pytest.mark.parametrize(("expression", "result"), SUMS)
def test_each_sum_on_the_page_is_right(expression: str, result: str) -> None:
    exact = calculated(ast.parse(expression, mode="eval"))
    assert exact.quantize(Decimal(result), rounding=ROUND_HALF_UP) == Decimal(result)


@pytest.mark.parametrize(("example", "label", "amount"), list(tables()))
def test_each_line_of_an_example_is_what_the_program_prints(example: str, label: str, amount: Decimal) -> None:
    assert answers(example)[label] == amount * 100


def test_the_page_has_its_examples() -> None:
    assert len(SUMS) > 50
    assert {example for example, _, _ in tables()} == {"1A", "1A'", "1B", "1C", "2A", "3A", "3A-EFN"}
