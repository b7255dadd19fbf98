from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

import pytest
from django.db import transaction

from arbitrage.detection.cases import Disagreement
from arbitrage.detection.consumer import DetectionConsumer
from arbitrage.detection.recompute import due
from arbitrage.economics.flip import evaluate
from arbitrage.models import Opportunity, SellerProfile
from arbitrage.scoring.score import VERSION
from arbitrage_site.clock import minute_of
from ingestion.eventlog.base import Record
from ingestion.eventlog.values import unpack
from ingestion.events import OpportunityChanged, ProductEnriched, decode, encode
from ingestion.models import LogRecord
from products import series
from products.models import Listing, PollTarget, Product
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db
ASIN = "B0TEST0001"


@pytest.fixture(autouse=True)
def profile() -> SellerProfile:
    """The default profile with the costs of example 1A of economics.md 1.8."""
    SellerProfile.objects.all().delete()
    return factories.profile(inbound=150, prep=0, storage=18)


@pytest.fixture
def flip() -> Product:
    """Example 1A: bought for 49.99 in IT, sold for 79.99 in DE."""
    product = factories.product(ASIN)
    factories.listing(product, "IT", 4999)
    factories.listing(product, "DE", 7999, history_base=factories.history(7999))
    return product


def record(
    asin: str = ASIN, *, offset: int = 0, cause: Literal["observed", "recompute"] = "observed", now: datetime = NOON
) -> Record:
    event = ProductEnriched(event_id=uuid4(), occurred_at=now, asin=asin, cause=cause, fetched_at=now)
    return Record("products.enriched", 3, offset, asin, encode(event), now, 1)


def detect(*records: Record, now: datetime = NOON, consumer: DetectionConsumer | None = None) -> None:
    effects = (consumer or DetectionConsumer()).prepare(records or [record(now=now)], now)
    with transaction.atomic():
        effects.write()


def recompute(now: datetime = NOON) -> None:
    detect(record(cause="recompute", now=now), now=now)


def events() -> list[OpportunityChanged]:
    rows = LogRecord.objects.filter(topic="arbitrage.opportunities").order_by("pk")
    return [decode(OpportunityChanged, unpack(row.value)) for row in rows]


def states() -> list[str]:
    return [event.state for event in events()]


def change(marketplace: str, **values: Any) -> None:
    Listing.objects.filter(marketplace=marketplace).update(**values)


def priced(price: int) -> dict[str, int]:
    return dict.fromkeys(["new", "buy_box", "reference", "median_90", "p25_30"], price)


def test_a_flip_that_earns_enough_opens_with_the_numbers_of_the_vectors(flip: Product) -> None:
    detect()
    row = Opportunity.objects.get()
    assert (row.source, row.target, row.state) == ("IT", "DE", "open")
    assert (row.net, row.net_eur, row.roi, row.margin, row.fees) == (936, 936, 2203, 1392, 1538)
    assert (row.max_buy, row.break_even, row.net_without_refund) == (5087, 6644, 35)
    assert (row.peak_net_eur, row.event_net_eur, row.opened_at) == (936, 936, NOON)


def test_the_simple_figures_stand_beside_the_net_ones(flip: Product) -> None:
    detect()
    row = Opportunity.objects.get()
    assert (row.gross_profit, row.gross_margin, row.simple_net) == (3000, 3750, 1800)
    assert (row.simple_priority, row.simple_confidence) == (690, "high")


def test_opening_is_told_once_with_a_score_and_the_time_of_keepas_answer(flip: Product) -> None:
    detect()
    [event] = events()
    row = Opportunity.objects.get()
    assert (event.state, event.asin, event.opportunity_id) == ("opened", ASIN, row.pk)
    assert (event.score, event.numbers.net_eur, event.fetched_at) == (row.score, 936, NOON)
    assert sum(part["points"] for part in row.score_parts) == row.score >= 70


def test_the_same_again_writes_no_event_and_moves_only_the_time(flip: Product) -> None:
    detect()
    later = NOON + timedelta(minutes=5)
    detect(now=later)
    assert states() == ["opened"]
    assert Opportunity.objects.get().evaluated_at == later


def test_repeating_a_record_gives_the_same_ids(flip: Product) -> None:
    detect(record(offset=7))
    first = [(event.event_id, event.opportunity_id) for event in events()]
    Opportunity.objects.all().delete()
    detect(record(offset=7))
    assert [(event.event_id, event.opportunity_id) for event in events()] == first * 2


def test_too_little_profit_opens_nothing(flip: Product) -> None:
    change("IT", **priced(6500))
    detect()
    assert not Opportunity.objects.exists()


def test_the_conservative_price_decides_and_not_the_spike_of_the_day(flip: Product) -> None:
    change("DE", p25_30=6000)
    detect()
    assert not Opportunity.objects.exists()


@pytest.mark.parametrize(
    ("marketplace", "values", "reason"),
    [
        ("IT", priced(6500), "source_rose"),
        ("DE", priced(6500), "target_fell"),
        ("IT", {"new": None, "amazon": None}, "out_of_stock"),
        ("DE", {"buy_box": None}, "out_of_stock"),
        ("DE", {"fba_fee": None}, "incomplete"),
        ("DE", {"source_minute": 1}, "stale"),
        ("DE", {"fba_fee": 1400}, "profile"),
    ],
)
def test_it_closes_and_says_why(flip: Product, marketplace: str, values: dict[str, Any], reason: str) -> None:
    detect()
    change(marketplace, **values)
    detect(now=NOON + timedelta(minutes=1))
    row = Opportunity.objects.get()
    assert (row.state, row.close_reason, row.closed_at) == ("closed", reason, NOON + timedelta(minutes=1))
    assert [(event.state, event.reason) for event in events()][-1] == ("closed", reason)
    assert row.net == 936, "a closed row keeps the figures of the last time it held"


def test_it_closes_with_the_profile_that_asks_for_more(flip: Product, profile: SellerProfile) -> None:
    detect()
    SellerProfile.objects.update(min_roi=4000)
    recompute()
    assert Opportunity.objects.get().close_reason == "profile"


def test_it_closes_with_a_profile_that_is_disabled(flip: Product) -> None:
    detect()
    SellerProfile.objects.update(enabled=False)
    recompute()
    assert Opportunity.objects.get().close_reason == "profile"


def test_a_return_within_six_hours_continues_the_row(flip: Product) -> None:
    detect()
    change("DE", buy_box=None)
    detect(now=NOON + timedelta(hours=1))
    change("DE", **priced(7999))
    detect(now=NOON + timedelta(hours=6))
    row = Opportunity.objects.get()
    assert (row.state, row.closed_at, row.close_reason, row.opened_at) == ("open", None, "", NOON)
    assert states() == ["opened", "closed", "reopened"]


def test_a_later_return_is_a_new_opportunity(flip: Product) -> None:
    detect()
    change("DE", buy_box=None)
    detect(now=NOON + timedelta(hours=1))
    change("DE", **priced(7999))
    detect(record(offset=9), now=NOON + timedelta(hours=7, minutes=1))
    assert Opportunity.objects.filter(state="closed").count() == 1
    assert states() == ["opened", "closed", "opened"]


def test_a_better_price_improves_it_and_moves_the_peak(flip: Product) -> None:
    detect()
    change("IT", **priced(4500))
    detect(now=NOON + timedelta(minutes=1))
    change("IT", **priced(4999))
    detect(now=NOON + timedelta(minutes=2))
    row = Opportunity.objects.get()
    assert states() == ["opened", "improved", "worsened"]
    assert (row.peak_net_eur, row.net_eur, row.peak_at) == (1345, 936, NOON + timedelta(minutes=1))


def test_a_small_move_is_stored_without_an_event(flip: Product) -> None:
    detect()
    change("IT", new=4990, buy_box=4990)
    detect(now=NOON + timedelta(minutes=1))
    row = Opportunity.objects.get()
    assert (row.buy_price, row.net, row.event_net_eur, states()) == (4990, 944, 936, ["opened"])


def test_a_new_target_of_the_profile_moves_the_most_one_may_pay(flip: Product) -> None:
    detect()
    SellerProfile.objects.update(target_roi=3000)
    recompute()
    assert (Opportunity.objects.get().max_buy, states()) == (4681, ["opened"])


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


def test_heat_follows_the_flips_and_hot_listings_become_due(flip: Product) -> None:
    far = NOON + timedelta(hours=3)
    for code in ("IT", "DE", "ES"):
        PollTarget.objects.create(product=flip, marketplace=code, due_at=far)
    detect()
    heat = dict(PollTarget.objects.values_list("marketplace", "heat"))
    assert heat == {"IT": PollTarget.Heat.OPEN, "DE": PollTarget.Heat.OPEN, "ES": PollTarget.Heat.COLD}
    assert PollTarget.objects.get(marketplace="DE").due_at < NOON + timedelta(hours=1)
    assert PollTarget.objects.get(marketplace="ES").due_at == far


def test_a_flip_within_five_points_is_near_and_one_below_is_cold(flip: Product) -> None:
    PollTarget.objects.create(product=flip, marketplace="DE", due_at=NOON)
    change("IT", **priced(5500))
    detect()
    assert not Opportunity.objects.exists()
    assert PollTarget.objects.get().heat == PollTarget.Heat.NEAR
    change("IT", **priced(5900))
    detect()
    assert PollTarget.objects.get().heat == PollTarget.Heat.COLD


def test_the_product_carries_its_best_flip(flip: Product) -> None:
    factories.listing(flip, "ES", 5200)
    detect()
    best = Product.objects.get()
    assert (best.best_source, best.best_target, best.best_net, best.best_roi) == ("IT", "DE", 936, 2203)
    assert best.document_version == 2
    change("DE", buy_box=None)
    detect()
    assert (Product.objects.get().best_net, Product.objects.get().best_source) == (None, "")


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


@pytest.mark.parametrize(("minutes", "opened"), [(24 * 60, 1), (24 * 60 + 1, 0)])
def test_a_leg_is_stale_when_older_than_24_hours(flip: Product, minutes: int, opened: int) -> None:
    change("IT", source_minute=minute_of(NOON) - minutes)
    detect()
    assert Opportunity.objects.count() == opened


def test_a_steady_sale_price_gives_the_simple_confidence(flip: Product) -> None:
    minute = minute_of(NOON)
    steady = series.series_of([minute - 80 * 1440, minute - 1440, minute - 720], [8000, 7900, 7999])
    change("DE", history_base=series.pack({series.BUY_BOX: steady}))
    detect()
    assert Opportunity.objects.get().simple_confidence == "high"


def test_every_enabled_profile_has_its_own_opportunity(flip: Product) -> None:
    factories.profile("Careful", min_roi=1000, inbound=150, storage=18)
    factories.profile("Off", enabled=False)
    detect()
    assert set(Opportunity.objects.values_list("profile__name", flat=True)) == {"German seller", "Careful"}


def test_a_profile_that_names_nonsense_is_passed_over(flip: Product) -> None:
    factories.profile("Broken", regime="PIRATE")
    detect()
    assert Opportunity.objects.get().profile.name == "German seller"


def test_a_bad_record_is_set_aside_and_the_rest_goes_on(flip: Product) -> None:
    bad = Record("products.enriched", 3, 0, ASIN, b'{"schema": "products.enriched.v1"}', NOON, 1)
    effects = DetectionConsumer().prepare([bad, record(offset=1)], NOON)
    effects.write()
    assert [aside.offset for aside, _ in effects.set_aside] == [0]
    assert Opportunity.objects.count() == 1


def test_a_product_that_is_gone_does_nothing() -> None:
    detect(record("B0GONE0001"))
    detect(Record("products.enriched", 3, 0, ASIN, b"?", NOON, 1))
    assert not LogRecord.objects.exists()


def test_the_rates_are_kept_for_a_minute_and_read_again_for_a_recompute(flip: Product) -> None:
    consumer = DetectionConsumer()
    detect(consumer=consumer)
    SellerProfile.objects.update(min_roi=4000)
    detect(now=NOON + timedelta(seconds=30), consumer=consumer)
    assert Opportunity.objects.get().state == "open"
    detect(record(cause="recompute"), now=NOON + timedelta(seconds=31), consumer=consumer)
    assert Opportunity.objects.get().state == "closed"


def test_a_disagreement_of_the_two_forms_stops_it(flip: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arbitrage.detection.rows.evaluate", lambda inputs: evaluate(replace(inputs, buy=1)))
    with pytest.raises(Disagreement, match="B0TEST0001 IT to DE"):
        detect()


def many(count: int) -> Iterable[Record]:
    for number in range(count):
        product = factories.product(f"B0MANY{number:04d}")
        factories.listing(product, "IT", 4999)
        factories.listing(product, "DE", 7999)
        yield record(product.asin, offset=number)


def test_the_number_of_reads_does_not_grow_with_the_batch(django_assert_max_num_queries: Any) -> None:
    records = list(many(40))
    with django_assert_max_num_queries(14):
        effects = DetectionConsumer().prepare(records, NOON)
    with django_assert_max_num_queries(45), transaction.atomic():
        effects.write()
    assert Opportunity.objects.count() == 40


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


def test_only_an_opportunity_gives_its_product_a_score(flip: Product) -> None:
    change("IT", **priced(6000))
    detect()
    product = Product.objects.get()
    assert (product.best_score, product.best_source) == (None, "IT")
    assert product.best_net is not None
    assert product.best_net > 0
    change("IT", **priced(4999))
    detect(now=NOON + timedelta(minutes=1))
    assert Product.objects.get().best_score == Opportunity.objects.get().score


def test_a_flip_that_is_not_the_best_one_reaches_the_document_too(flip: Product) -> None:
    factories.listing(flip, "ES", 3200)
    detect()
    before = Product.objects.get()
    change("IT", **priced(3700))
    detect()
    after = Product.objects.get()
    assert (after.best_source, after.best_net) == (before.best_source, before.best_net)
    assert after.document_version == before.document_version + 1
