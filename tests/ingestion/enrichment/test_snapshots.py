"""What is refused, with the sentence that a person reads, and what the accepted fields become."""

import pytest
from django.test import override_settings

from arbitrage_site.clock import minute_of
from ingestion.enrichment.snapshots import snapshot_of
from ingestion.enrichment.state import BaseFacts, Snapshot
from ingestion.errors import InvalidRecord
from ingestion.eventlog.base import Record
from products.series import BUY_BOX, NEW
from tests.ingestion.enrichment.raw import ASIN, MINUTE, buy_box, csv_of, keepa_product, record


def snapshot(**fields: object) -> Snapshot:
    return snapshot_of(record(product=keepa_product(**fields)))  # type: ignore[arg-type]  # Keepa's fields at will


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"csv": csv_of({NEW: [MINUTE + 61, 100]})}, "B000000001: series NEW has the time .* which is in the future"),
        ({"csv": csv_of({NEW: [MINUTE, 2**31]})}, "series NEW has the value 2147483648 .* beyond 2147483647"),
        ({"csv": csv_of({BUY_BOX: [MINUTE, 100]})}, "BUY_BOX_SHIPPING has 2 numbers, which is no multiple of 3"),
        ({"csv": csv_of({NEW: ["8000000", "1999"]})}, "series NEW holds something that is not an integer"),
        ({"title": 5}, r"Keepa's product does not fit: .*\$.title"),
        ({"asin": "B000000002"}, "Keepa's product is 'B000000002', another one"),
        ({"domainId": 8}, "DE is Keepa's domain 3, but the record says 3 and the product 8"),
        ({"packageWeight": 2**31}, "packageWeight is 2147483648, beyond 2147483647"),
        ({"fbaFees": {"pickAndPackFee": 2**40}}, "fbaFees is 1099511627776"),
        ({"rootCategory": 2**63}, "rootCategory is 9223372036854775808"),
    ],
)
def test_what_can_never_be_applied_is_refused_with_a_sentence(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidRecord, match=sentence):
        snapshot(**fields)


def test_a_source_minute_in_the_future_or_before_keepa_is_refused() -> None:
    for minute in (minute_of(record().timestamp) + 61, 0, -5):
        value = record().value.replace(str(MINUTE).encode(), str(minute).encode(), 1)
        assert value != record().value
        with pytest.raises(InvalidRecord, match="source_minute"):
            snapshot_of(Record("raw.keepa_updates", 0, 0, ASIN, value, record().timestamp, 1))


def test_invented_records_are_refused_unless_this_is_the_demo() -> None:
    with override_settings(DEMO=False), pytest.raises(InvalidRecord, match="invented") as caught:
        snapshot_of(record(is_demo=True))
    assert caught.value.kind == "policy"
    with override_settings(DEMO=True):
        assert snapshot_of(record(is_demo=True)).is_demo


@pytest.mark.parametrize(
    ("percentage", "rate"),
    [(15.01, 150_100), (8.07, 80_700), (14.98, 149_800), (12, 120_000), (0, 0), (None, None), (-1, None)],
)
def test_the_referral_rate_is_the_decimal_text_times_ten_thousand(percentage: float | None, rate: int | None) -> None:
    assert snapshot(referralFeePercentage=percentage).base.referral_rate == rate


@pytest.mark.parametrize("fees", [None, {"pickAndPackFee": -1}, {"pickAndPackFee": 0}, {"pickAndPackFee": None}, {}])
def test_an_unknown_fulfilment_fee_is_none_and_never_zero(fees: object) -> None:
    assert snapshot(fbaFees=fees).base.fba_fee is None


def test_unknown_measures_are_none() -> None:
    base = snapshot(packageLength=0, packageWeight=-1, variableClosingFee=None, rootCategory=0).base
    assert (base.package_length, base.package_weight, base.closing_fee) == (None, None, None)


def test_the_category_that_keepa_does_not_know_is_none() -> None:
    assert snapshot(rootCategory=2**63 - 1).base.category_id is None
    assert snapshot(rootCategory=0).base.category_id is None
    assert snapshot(rootCategory=2**60).base.category_id == 2**60


def test_amazon_in_stock_is_kept_apart_from_no_offer_of_amazon() -> None:
    assert snapshot(availabilityAmazon=0).base.availability_amazon == 0
    assert snapshot(availabilityAmazon=-1).base.availability_amazon is None


def test_a_hostile_title_is_cut_to_one_visible_line() -> None:
    base = snapshot(title="<script>\u202e&amp;\x00\x07 line\nfeed " + "x" * 5000, brand="b" * 900).base
    assert base.title.startswith("<script>& line feed")
    assert (len(base.title), len(base.brand)) == (500, 200)
    assert base.title.isprintable()


def test_eans_that_are_none_are_left_out() -> None:
    assert snapshot(eanList=["4004122159147", "x' OR 1", "١٢٣", "1" * 15]).base.eans == ("4004122159147",)


def test_the_buy_box_and_its_owner() -> None:
    stats = {"buyBoxPrice": 2400, "buyBoxSellerId": "A1", "buyBoxIsFBA": True, "buyBoxIsAmazon": False}
    box = snapshot_of(record(asked=["history", "buybox"], product=keepa_product(stats=stats))).buybox
    assert (box.buy_box_seller, box.buy_box_is_fba, box.buy_box_is_amazon) == ("A1", True, False)


@pytest.mark.parametrize(("price", "seller"), [(-1, "-1"), (-2, "-2"), (-2, None)])
def test_nobody_holds_a_suppressed_or_unknown_buy_box(price: int, seller: str | None) -> None:
    stats = {"buyBoxPrice": price, "buyBoxSellerId": seller, "buyBoxIsFBA": None}
    assert snapshot(stats=stats).buybox.buy_box_seller == ""


def test_landed_prices_add_known_shipping_and_leave_minus_one_alone() -> None:
    points = buy_box((MINUTE - 9, 1000, 350), (MINUTE - 6, 1000, -1), (MINUTE - 3, -1, -1))
    series = snapshot_of(record(asked=["history", "buybox"], product=keepa_product(csv=csv_of(points)))).history[
        BUY_BOX
    ]
    assert series.values.tolist() == [1350, 1000, -1]


def test_almost_no_fields_are_enough() -> None:
    bare = snapshot_of(record(product={"asin": ASIN, "domainId": 3, "productType": 4, "csv": None}))
    assert (bare.base, bare.history) == (BaseFacts(product_type=4), {})


def test_what_amazon_says_of_sales_returns_and_dangers_is_kept() -> None:
    base = snapshot(
        monthlySold=300,
        lastSoldUpdate=MINUTE - 60,
        returnRate=2,
        hazardousMaterials=[{"aspect": "class", "value": "9"}],
        isHeatSensitive=True,
        newPriceIsMAP=False,
    ).base
    assert (base.monthly_sold, base.sold_minute, base.return_rate) == (300, MINUTE - 60, 2)
    assert (base.is_hazmat, base.is_heat_sensitive, base.new_is_map) == (True, True, False)


def test_what_keepa_leaves_out_stays_unknown() -> None:
    base = snapshot(returnRate=None, hazardousMaterials=[]).base
    assert (base.monthly_sold, base.sold_minute, base.return_rate) == (None, None, None)
    assert (base.is_hazmat, base.is_heat_sensitive, base.new_is_map) == (False, None, None)
