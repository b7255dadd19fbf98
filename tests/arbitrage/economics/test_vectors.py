"""Every vector of economics.md 1.8, in the Decimal form and in the kernel."""

from dataclasses import replace

import pytest

from arbitrage.economics.flip import Kind, evaluate
from arbitrage.economics.inputs import FlipInputs
from arbitrage.economics.limits import break_even, max_buy
from arbitrage.economics.profiles import PurchaseVat, Returns
from tests.arbitrage.economics.examples import (
    ALL,
    E1A,
    E1C,
    E2A,
    E2B,
    E3A,
    bought,
    rate,
    sold,
    through_kernel,
    with_returns,
)

# cost, revenue, fees without VAT, VAT on fees, net profit, ROI in basis points
EXPECTED = {
    "1A": (4248, 6722, 1538, 0, 936, 2203),
    "1B": (5178, 7999, 1538, 292, 991, 1914),
    "1C": (3150, 5520, 1238, 0, 1132, 3594),
    "1A'": (5149, 6722, 1538, 0, 35, 68),
    "1B'": (5056, 7999, 1538, 292, 1113, 2201),
    "2A": (4574, 7142, 1603, 0, 965, 2110),
    "2A'": (5398, 7142, 1603, 0, 141, 261),
    "2B": (5436, 8499, 1603, 305, 1155, 2125),
    "3A": (2746, 4575, 1391, 0, 438, 1595),
    "3A-EFN": (2746, 4575, 1598, 0, 231, 841),
    "3A-EFN peak": (2746, 4575, 1648, 0, 181, 659),
    "3B": (3322, 5490, 1391, 278, 499, 1502),
}


def line(code: str, name: str) -> int:
    return next(entry.amount for entry in evaluate(ALL[name]).lines if entry.code == code)


@pytest.mark.parametrize("name", EXPECTED)
def test_decimal_form_meets_the_vector(name: str) -> None:
    flip = evaluate(ALL[name])
    cost, revenue, fees, fee_vat, net, roi = EXPECTED[name]
    assert (flip.cost, flip.revenue, flip.fees - flip.fee_vat, flip.fee_vat) == (cost, revenue, fees, fee_vat)
    assert (flip.net, flip.roi) == (net, roi)


@pytest.mark.parametrize("name", EXPECTED)
def test_kernel_meets_the_vector(name: str) -> None:
    priced = through_kernel(ALL[name])
    cost, revenue, fees, fee_vat, net, roi = EXPECTED[name]
    assert (priced["cost"], priced["revenue"], priced["fees"]) == (cost, revenue, fees + fee_vat)
    assert (priced["net"], priced["roi"]) == (net, roi)


@pytest.mark.parametrize(
    ("name", "code", "amount"),
    [
        ("1A", "goods", -4098),
        ("1A", "output_vat", -1277),
        ("1A", "referral", -1200),
        ("1B", "inbound", -179),
        ("1B'", "goods", -4877),
        ("1C", "output_vat", -479),
        ("2A", "net_price", -3333),
        ("2A", "goods", -3939),
        ("2A", "duty", -195),
        ("2A", "import_vat", -826),
        ("2A'", "goods", -4726),
        ("2A'", "duty", -232),
        ("2B", "brokerage", -119),
        ("2B", "inbound", -107),
        ("2B", "import_vat", -826),
        ("3A", "net_price", -2636),
        ("3A", "digital_services", -40),
        ("3A-EFN", "digital_services", -46),
        ("3A-EFN peak", "fuel", -11),
        ("3A-EFN peak", "digital_services", -48),
    ],
)
def test_a_printed_line_of_the_vector(name: str, code: str, amount: int) -> None:
    assert line(code, name) == amount


@pytest.mark.parametrize("name", ALL)
def test_lines_add_up_to_the_net_profit(name: str) -> None:
    flip = evaluate(ALL[name])
    assert sum(entry.amount for entry in flip.lines if entry.kind is not Kind.INFO) == flip.net
    assert -sum(entry.amount for entry in flip.lines if entry.kind is Kind.COST) == flip.cost
    assert -sum(entry.amount for entry in flip.lines if entry.kind is Kind.FEE) == flip.fees


@pytest.mark.parametrize(("name", "price"), [("1A", 6644), ("1B", 6793), ("2A", 7101), ("3A", 4845)])
def test_break_even(name: str, price: int) -> None:
    assert break_even(ALL[name]) == price


@pytest.mark.parametrize(
    ("inputs", "roi", "price"),
    [(E1A, 2000, 5087), (E1A, 3000, 4681), (E2A, 2000, 4039), (E3A, 1500, 3216), (E3A, 2000, 3077)],
)
def test_maximum_buy_price(inputs: FlipInputs, roi: int, price: int) -> None:
    assert max_buy(inputs, roi=roi) == price


def test_ratios_beside_the_roi() -> None:
    flip = evaluate(E2A)
    assert (flip.margin, flip.cash_roi) == (1351, 1787)
    assert evaluate(E2B).cash_roi == evaluate(E2B).roi


def test_naive_spread_is_shown_beside() -> None:
    flip = evaluate(E1A)
    assert (flip.gross_spread, flip.gross_margin) == (3000, 6722 - 4098)


def test_profit_if_the_source_vat_is_lost() -> None:
    assert evaluate(E1A).net_if_vat_lost == 35
    assert evaluate(E2A).net_if_vat_lost == 141
    assert evaluate(ALL["1A'"]).net_if_vat_lost is None
    assert evaluate(E1C).net_if_vat_lost is None


def test_expected_profit_after_returns() -> None:
    after = evaluate(with_returns(E1A, Returns(rate=60_000, resaleable=500_000))).expected
    assert after is not None
    assert (after.loss, after.net, after.roi) == (2684, 719, 1693)


def test_what_amazon_keeps_of_a_return_carries_vat_for_a_small_business() -> None:
    after = evaluate(with_returns(ALL["1B"], Returns(rate=60_000, handling=100))).expected
    assert after is not None
    assert (after.fulfilment, after.kept_referral, after.kept_vat) == (320, 240, 106)
    assert after.loss == 320 + 240 + 106 + 100 + 5178


def test_yearly_roi_counts_the_days_the_capital_is_tied() -> None:
    assert evaluate(E1A).annualised(365) == 2203
    assert evaluate(E1A).annualised(73) == 11017


def test_the_simple_example_of_three_sellers() -> None:
    """100.00 in IT, 140.00 in DE, 15 %, fulfilment 4.50, inbound 2.50 without VAT; no surcharge and no storage."""
    free = sold(E1A, fuel=rate("0"), storage=0)
    registered = replace(bought(free, PurchaseVat.NET_INTRA_EU, inbound=250), buy=10_000, sale=14_000, fba=450)
    unregistered = sold(bought(registered, PurchaseVat.GROSS_NOT_RECOVERABLE), output_vat=None, fee_vat=rate("19"))
    assert evaluate(registered).net == 768
    assert evaluate(registered).net_if_vat_lost == -1035
    assert evaluate(unregistered).net == 715  # 7.155, with the VAT on fees of 4.845 rounded up as printed
