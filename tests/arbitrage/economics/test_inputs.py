"""From listings to inputs: which price counts, what is missing, what makes an estimate, and the same for the kernel."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from arbitrage.economics.columns import columns_of
from arbitrage.economics.inputs import (
    LARGEST,
    FlipInputs,
    buy_price,
    conservative_price,
    flip_inputs,
    reference_price,
)
from arbitrage.economics.kernel import INDEX, price, price_in_chunks
from arbitrage.economics.missing import Incomplete, Missing
from products.marketplaces import PAIRS
from tests.arbitrage.economics.examples import TOY


@dataclass(frozen=True)
class Seen:
    """A listing as the economics sees one."""

    marketplace: str
    amazon: int | None = None
    new: int | None = 4999
    buy_box: int | None = 7999
    buybox_minute: int | None = 1
    median_90: int | None = 8500
    p25_30: int | None = 8200
    referral_rate: int | None = 150_000
    fba_fee: int | None = 315
    closing_fee: int | None = None
    category: str = ""
    source_minute: int = 0
    package_length: int | None = None
    package_width: int | None = None
    package_height: int | None = None
    package_weight: int | None = None
    is_hazmat: bool | None = None


SOURCE, TARGET = Seen("IT"), Seen("DE")
TABLE = {pair: TOY if pair == ("IT", "DE") else Incomplete(*pair, ()) for pair in PAIRS}


def missing(source: Seen, target: Seen) -> list[str]:
    answer = flip_inputs(source, target, TOY)
    assert isinstance(answer, Incomplete)
    return [entry.code for entry in answer.missing]


@pytest.mark.parametrize(
    ("amazon", "new", "price"),
    [(None, 4999, 4999), (4500, 4999, 4500), (5500, 4999, 4999), (None, None, None), (-1, 0, None)],
)
def test_the_lower_of_new_and_amazon_is_paid(amazon: int | None, new: int | None, price: int | None) -> None:
    assert buy_price(Seen("IT", amazon=amazon, new=new)) == price


def test_an_asked_buy_box_is_the_reference_even_when_nobody_has_it() -> None:
    assert reference_price(TARGET) == 7999
    assert reference_price(replace(TARGET, buy_box=None)) is None


def test_new_is_the_reference_while_the_buy_box_was_never_asked() -> None:
    assert reference_price(replace(TARGET, buybox_minute=None, buy_box=None, new=7500)) == 7500


@pytest.mark.parametrize(
    ("median", "quartile", "price"), [(8500, 8200, 7999), (7900, 8200, 7900), (8500, 7800, 7800), (None, None, 7999)]
)
def test_a_flip_is_judged_at_the_least_of_three_prices(
    median: int | None, quartile: int | None, price: int | None
) -> None:
    assert conservative_price(replace(TARGET, median_90=median, p25_30=quartile)) == price


def test_without_a_reference_there_is_no_price_to_sell_at() -> None:
    assert conservative_price(replace(TARGET, buy_box=None)) is None


def test_complete_listings_become_inputs() -> None:
    inputs = flip_inputs(SOURCE, TARGET, TOY)
    assert inputs == FlipInputs(TOY, buy=4999, sale=7999, referral=150_000, fba=315, reference=7999)
    assert not inputs.is_estimate


def test_an_unasked_buy_box_makes_an_estimate() -> None:
    inputs = flip_inputs(SOURCE, replace(TARGET, buybox_minute=None), TOY)
    assert isinstance(inputs, FlipInputs)
    assert inputs.estimates == ("the buy box in DE was never asked",)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"buy_box": None}, "no_sale_price"),
        ({"referral_rate": None}, "referral_fee"),
        ({"referral_rate": 1_000_001}, "referral_fee"),
        ({"fba_fee": None}, "fba_fee"),
        ({"fba_fee": 0}, "fba_fee"),
        ({"buy_box": LARGEST + 1}, "no_sale_price"),
    ],
)
def test_what_the_target_lacks_is_named(change: dict[str, Any], code: str) -> None:
    assert missing(SOURCE, replace(TARGET, **change)) == [code]


def test_everything_missing_is_named_at_once() -> None:
    route = Incomplete("IT", "DE", (Missing("vat_registration", "VAT registration in DE"),))
    answer = flip_inputs(replace(SOURCE, new=None), replace(TARGET, fba_fee=None), route)
    assert isinstance(answer, Incomplete)
    assert answer.out_of_stock
    assert answer.sentence() == "needs a price to buy at in IT; the FBA fee in DE; VAT registration in DE"


def test_a_missing_fee_is_not_out_of_stock() -> None:
    answer = flip_inputs(SOURCE, replace(TARGET, fba_fee=None), TOY)
    assert isinstance(answer, Incomplete)
    assert not answer.out_of_stock


@pytest.mark.parametrize(
    "change",
    [{}, {"buy_box": None}, {"referral_rate": None}, {"fba_fee": 0}, {"buybox_minute": None}, {"closing_fee": 81}],
)
def test_the_kernel_prices_what_single_flips_price(change: dict[str, Any]) -> None:
    target = replace(TARGET, **change)
    priced = price(TABLE, columns_of([{"IT": SOURCE, "DE": target}, {"DE": target}]))
    complete = isinstance(flip_inputs(SOURCE, target, TOY), FlipInputs)
    assert priced.complete[:, 0].sum() == complete
    assert priced.complete[:, 1].sum() == 0


def test_chunks_add_up_to_the_whole() -> None:
    products = [{"IT": replace(SOURCE, new=3000 + 10 * number), "DE": TARGET} for number in range(25)]
    whole, row = price(TABLE, columns_of(products)), PAIRS.index(("IT", "DE"))
    parts = list(price_in_chunks(TABLE, columns_of(products), size=10))
    assert [part.first for part in parts] == [0, 10, 20]
    assert [value for part in parts for value in part.net[row].tolist()] == whole.net[row].tolist()


def test_thresholds_compare_exactly_and_not_on_rounded_ratios() -> None:
    products = [{"IT": SOURCE, "DE": TARGET}]
    priced, row = price(TABLE, columns_of(products)), PAIRS.index(("IT", "DE"))
    assert priced.meets(min_roi=2203, min_profit=936)[row, 0]  # 9.36 / 42.48 is 22.0339 %
    assert not priced.meets(min_roi=2204, min_profit=0)[row, 0]
    assert not priced.meets(min_roi=0, min_profit=937)[row, 0]


def test_every_marketplace_has_a_row_of_its_own() -> None:
    columns = columns_of([{code: Seen(code, new=1000 + index) for code, index in INDEX.items()}])
    assert columns.buy[:, 0].tolist() == [1000, 1001, 1002, 1003, 1004]
    assert columns.closing[:, 0].tolist() == [0] * 5
