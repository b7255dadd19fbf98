"""Price offsets of a scenario, the same on the kernel's columns and on one flip's inputs."""

from dataclasses import replace

import numpy as np

from arbitrage.economics.inputs import LARGEST, FlipInputs
from arbitrage.economics.kernel import Columns
from arbitrage.economics.sides import Int64
from arbitrage.whatif.scenario import Scenario

BASIS = 10_000


def shifted_columns(columns: Columns, scenario: Scenario) -> Columns:
    """The columns with all prices moved; half-up to the minor unit, missing ones stay missing."""
    buy, sale = scenario.buy_offset, scenario.sell_offset
    if not buy and not sale:
        return columns
    return replace(columns, buy=_shifted(columns.buy, buy), sale=_shifted(columns.sale, sale))


def shifted_inputs(inputs: FlipInputs, scenario: Scenario) -> FlipInputs:
    """One flip's inputs with both prices moved."""
    buy, sale = scenario.buy_offset, scenario.sell_offset
    return replace(inputs, buy=_moved(inputs.buy, buy), sale=_moved(inputs.sale, sale))


def _shifted(prices: Int64, offset: int) -> Int64:
    known = np.clip(prices, 0, LARGEST)
    moved: Int64 = np.where(prices > 0, (2 * known * (BASIS + offset) + BASIS) // (2 * BASIS), prices)
    return moved


def _moved(price: int, offset: int) -> int:
    return (2 * price * (BASIS + offset) + BASIS) // (2 * BASIS)
