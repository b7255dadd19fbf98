"""What a flip is judged by: its figures, its estimates, its currency, its risk and its score."""

from datetime import timedelta

import pytest

from arbitrage.detection.recompute import due
from arbitrage.models import Opportunity, SellerProfile
from arbitrage.scoring.score import VERSION
from arbitrage_site.clock import minute_of
from products import series
from products.models import Listing, Product
from tests import factories
from tests.arbitrage.detection.detecting import ASIN, change, detect, events, priced, recompute, record, states
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_the_simple_figures_stand_beside_the_net_ones(flip: Product) -> None:
    detect()
    row = Opportunity.objects.get()
    assert (row.gross_profit, row.gross_margin, row.simple_net) == (3000, 3750, 1800)
    assert (row.simple_priority, row.simple_confidence) == (690, "high")


def test_a_sale_price_without_a_buy_box_is_an_estimate_that_cannot_score_high(flip: Product) -> None:
    change("DE", buybox_minute=None, buy_box=None)
    detect()
    row = Opportunity.objects.get()
    assert row.is_estimate
    assert row.score <= 69
    assert "estimate" in {reason["code"] for reason in row.reasons}


def test_a_buy_box_that_confirms_an_estimate_is_told_and_scored_anew(flip: Product) -> None:
    seen = Listing.objects.values("buybox_minute", "buy_box").get(marketplace="DE")
    change("DE", buybox_minute=None, buy_box=None)
    detect()
    change("DE", **seen)
    detect(record(offset=1))
    detect(record(offset=2))
    opened, confirmed = events()
    assert (confirmed.state, confirmed.reason) == ("improved", "confirmed")
    assert confirmed.numbers.net_eur == opened.numbers.net_eur
    assert (opened.numbers.is_estimate, confirmed.numbers.is_estimate) == (True, False)
    assert opened.score <= 69 < confirmed.score


def test_a_target_in_pounds_is_judged_in_euros(flip: Product, profile: SellerProfile) -> None:
    """The same product from DE to UK: what the seller demands is euros, what the flip earns is pounds."""
    SellerProfile.objects.update(vat_registrations=["DE", "UK"], freight=0, brokerage=0, duty=0)
    factories.fx("0.80000")
    factories.listing(flip, "UK", 7999)
    detect()
    row = Opportunity.objects.get(source="IT", target="UK")
    assert (row.currency, row.buy_currency) == ("GBP", "EUR")
    assert row.net_eur == (row.net * 10 + 4) // 8
    SellerProfile.objects.update(min_profit=row.net_eur + 51)
    recompute()
    assert Opportunity.objects.get(pk=row.pk).state == "closed"


def test_the_simple_figures_convert_pounds_at_the_reference_rate(flip: Product) -> None:
    """Bought for GBP 40.00, which are EUR 50.00, sold for EUR 79.99; bought for EUR 30.00, sold for GBP 60.00."""
    SellerProfile.objects.update(vat_registrations=["DE", "UK"], freight=0, brokerage=0, duty=0)
    factories.fx("0.80000")
    factories.listing(flip, "UK", 4000)
    detect()
    row = Opportunity.objects.get(source="UK", target="DE")
    assert (row.buy_price, row.buy_currency, row.gross_profit) == (4000, "GBP", 2999)
    change("UK", **priced(6000))
    change("IT", **priced(3000))
    detect(now=NOON + timedelta(minutes=1))
    row = Opportunity.objects.get(source="IT", target="UK")
    assert (row.gross_profit, row.gross_margin) == (3600, 6000), "EUR 30.00 are GBP 24.00"
    assert row.simple_priority == 600 + 360, "GBP 36.00 are EUR 45.00, nine tenths of what counts as 1"


def test_a_steady_sale_price_gives_the_simple_confidence(flip: Product) -> None:
    minute = minute_of(NOON)
    steady = series.series_of([minute - 80 * 1440, minute - 1440, minute - 720], [8000, 7900, 7999])
    change("DE", history_base=series.pack({series.BUY_BOX: steady}))
    detect()
    assert Opportunity.objects.get().simple_confidence == "high"


def test_a_row_of_older_rules_is_scored_again_without_an_event(flip: Product) -> None:
    detect()
    Opportunity.objects.update(score_version=1, score=1, reasons=[])
    detect(now=NOON + timedelta(minutes=1))
    row = Opportunity.objects.get()
    assert row.score_version == VERSION
    assert row.score >= 70
    assert row.reasons
    assert states() == ["opened"]


def test_open_rows_are_among_those_that_are_asked_to_be_scored_again(flip: Product) -> None:
    detect()
    assert ASIN in due(NOON)


def test_the_risk_is_stored_with_the_score(flip: Product) -> None:
    detect()
    row = Opportunity.objects.get()
    risk = row.risk
    assert (row.chance, row.profit_per_day) == (risk["chance"], risk["profit_per_day"])
    assert (risk["chance"], risk["lag_days"], risk["return_rate_is_assumed"]) == (1_000, 28, True)
    assert 0 < risk["expected_net"] < 936
