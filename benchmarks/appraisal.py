"""What judging a flip costs: its history unpacked, replayed and scored, against its Decimal form with both limits."""

import random
import sys
from typing import TYPE_CHECKING

from benchmarks.setting import END, best_of, install, options, report, series

if TYPE_CHECKING:
    from arbitrage.economics.inputs import FlipInputs

AT_MOST = 8.0
POINTS = 100


def main() -> int:
    """A year of 100 points in five series, sales and purchases of a hundred flips at random."""
    arguments = options(__doc__ or "", flips=200)
    install()
    dice = random.Random(7)  # noqa: S311 - invented prices
    flips = _flips(dice, arguments.flips)
    packed = [_packed(dice) for _ in flips]
    judged = best_of(3, lambda: [_judge(inputs, data) for inputs, data in zip(flips, packed, strict=True)])
    printed = best_of(3, lambda: [_print(inputs) for inputs in flips])
    measured = {
        "flips": arguments.flips,
        "judged_ms_a_flip": round(judged * 1_000 / arguments.flips, 3),
        "decimal_ms_a_flip": round(printed * 1_000 / arguments.flips, 3),
        "ratio": round(judged / printed, 2),
    }
    promise = f"at most {AT_MOST} times the Decimal form"
    return report("appraisal", promise, measured, passed=judged <= AT_MOST * printed, as_json=arguments.json)


def _flips(dice: random.Random, count: int) -> "list[FlipInputs]":
    from datetime import date

    from arbitrage.economics.inputs import FlipInputs
    from arbitrage.economics.loading import load_rates
    from arbitrage.economics.profiles import Profile
    from arbitrage.economics.terms import Terms
    from arbitrage.economics.termsheet import terms_for

    terms = terms_for(Profile("benchmark"), load_rates(), "IT", "DE", date(2026, 9, 15))
    assert isinstance(terms, Terms)
    return [
        FlipInputs(terms, buy=dice.randint(1_000, 3_000), sale=dice.randint(4_000, 6_000), referral=150_000, fba=315)
        for _ in range(count)
    ]


def _packed(dice: random.Random) -> bytes:
    from products.series import AMAZON, BUY_BOX, COUNT_NEW, COUNT_NEW_FBA, SALES, pack, series_of

    history = {}
    for kind in (AMAZON, SALES, COUNT_NEW, COUNT_NEW_FBA, BUY_BOX):
        numbers = series(dice, POINTS)
        history[kind] = series_of(numbers[::2], numbers[1::2])
    return pack(history)


def _judge(inputs: "FlipInputs", packed: bytes) -> object:
    from datetime import date

    from arbitrage.economics.flip import evaluate
    from arbitrage.risk.assessment import Subject, assess
    from arbitrage.risk.match import Goods
    from arbitrage.scoring.score import score
    from arbitrage.scoring.score_input import Leg, ScoreInput
    from products.series import BUY_BOX, unpack

    flip = evaluate(inputs)
    subject = Subject(inputs, flip.net, unpack(packed), END, BUY_BOX, 10, 10, 300, 60, date(2026, 9, 15), 960)
    legs = [Leg(Goods(code), 3_000, 10, 300, 60, 3_000, 1_000, 960, 1_200, 4) for code in ("IT", "DE")]
    return score(ScoreInput(flip.roi, flip.net_eur, 1_500, (), legs[0], legs[1], assess(subject), date(2026, 9, 15)))


def _print(inputs: "FlipInputs") -> object:
    from arbitrage.economics.flip import evaluate
    from arbitrage.economics.limits import break_even, max_buy

    return evaluate(inputs), break_even(inputs), max_buy(inputs, roi=2_000)


if __name__ == "__main__":
    sys.exit(main())
