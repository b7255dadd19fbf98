"""What a product object of Keepa means: absent, null, 0, -1 and -2 are five different things (keepa.md 10, 11)."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from ingestion.errors import InvalidRecord
from ingestion.keepa.payload import KeepaProduct, Statistics, decode_product
from tests.ingestion.keepa.answers import product


def decoded(**fields: Any) -> KeepaProduct:
    return decode_product(json.dumps(product(**fields)).encode())


def stats_of(**fields: Any) -> Statistics:
    stats = decoded(stats=fields).stats
    assert isinstance(stats, Statistics)
    return stats


def test_an_invalid_asin_comes_with_almost_no_fields() -> None:
    gone = decoded(productType=4)
    assert (gone.product_type, gone.title, gone.csv, gone.buy_box, gone.eans) == (4, UNSET, UNSET, None, [])


@pytest.mark.parametrize(("sent", "kept"), [({}, UNSET), ({"availabilityAmazon": None}, None)])
def test_an_absent_key_and_null_are_kept_apart(sent: dict[str, None], kept: object) -> None:
    assert decoded(**sent).availability_amazon is kept


@pytest.mark.parametrize("value", [-2, -1, 0, 4])
def test_codes_are_values_and_0_is_one_of_them(value: int) -> None:
    assert decoded(availabilityAmazon=value).availability_amazon == value


def test_a_measure_of_0_or_minus_1_is_unknown() -> None:
    unmeasured = decoded(packageLength=0, packageWidth=-1, packageHeight=None, packageWeight=0)
    assert (unmeasured.dimensions, unmeasured.weight) == ((None, None, None), None)
    measured = decoded(packageLength=700, packageWidth=580, packageHeight=40, packageWeight=2000)
    assert (measured.dimensions, measured.weight) == ((700, 580, 40), 2000)


@pytest.mark.parametrize(
    ("items", "quantity", "pack"), [(-1, 2, 2), (1, 1, 1), (6, 1, 6), (1, 2, 2), (-1, -1, None), (0, 0, None)]
)
def test_the_pack_is_the_larger_of_two_words_for_it(items: int, quantity: int, pack: int | None) -> None:
    assert decoded(numberOfItems=items, packageQuantity=quantity).pack_quantity == pack


@pytest.mark.parametrize(
    ("fees", "fee"),
    [(UNSET, None), (None, None), ({}, None), ({"pickAndPackFee": -1}, None), ({"pickAndPackFee": 0}, 0),
     ({"pickAndPackFee": 791, "storageFee": 3}, 791)],
)  # fmt: skip
def test_a_missing_fulfilment_fee_is_not_0(fees: Any, fee: int | None) -> None:
    assert (decoded() if fees is UNSET else decoded(fbaFees=fees)).fba_fee == fee


@pytest.mark.parametrize(
    ("percentage", "rate"), [(14.98, 149_800), (15, 150_000), (15.01, 150_100), (None, None), (-1, None)]
)
def test_the_referral_fee_is_exact_in_parts_per_million(percentage: float | None, rate: int | None) -> None:
    assert decoded(referralFeePercentage=percentage).referral_rate == rate


def test_the_category_is_the_root_of_the_tree() -> None:
    tree = [{"catId": 9223372036854775807, "name": "Home"}, {"catId": 2, "name": "Frames"}]
    assert decoded(categoryTree=tree).category == "Home"
    assert decoded(categoryTree=None).category == decoded(categoryTree=[]).category == ""


def test_the_unknown_root_category_is_an_integer() -> None:
    assert decoded(rootCategory=9223372036854775807).root_category == 2**63 - 1


def test_a_buy_box_that_was_not_asked_for_is_not_an_empty_one() -> None:
    assert decoded(stats={"buyBoxPrice": -2, "buyBoxShipping": -2, "buyBoxSellerId": None}).buy_box is None
    assert decoded(stats={}).buy_box is None
    assert decoded(stats=None).buy_box is None
    nobody = decoded(stats={"buyBoxPrice": -1, "buyBoxShipping": -1, "buyBoxSellerId": "-1"}).buy_box
    assert nobody is not None
    assert (nobody.price, nobody.seller) == (None, "")


@pytest.mark.parametrize(("shipping", "landed"), [(0, 1295), (399, 1694), (-1, 1295), (None, 1295)])
def test_a_buy_box_price_is_landed(shipping: int | None, landed: int) -> None:
    stats = {"buyBoxPrice": 1295, "buyBoxShipping": shipping, "buyBoxSellerId": "A1", "buyBoxIsFBA": False}
    held = decoded(stats=stats).buy_box
    assert held is not None
    assert (held.price, held.seller, held.is_fba, held.is_amazon) == (landed, "A1", False, None)


def test_statistics_keep_nulls_inside_and_any_length() -> None:
    stats = stats_of(current=[-1] * 40, min=[None, [3888724, 1134], [-1, -1]], avg30=None)
    assert len(stats.current or []) == 40
    assert stats.min == [None, [3888724, 1134], [-1, -1]]
    assert stats.avg30 is None
    assert stats.avg90 is UNSET


def test_keys_that_are_not_documented_are_ignored() -> None:
    assert decoded(g=904, isB2B=False, parentTitle="x", primeDealEndTime=None).asin == "B000000001"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"lastUpdate": "8000000"}, r"\$.lastUpdate"),
        ({"title": 5}, r"\$.title"),
        ({"stats": {"current": [1, "2"]}}, r"\$.stats.current\[1\]"),
        ({"csv": {}}, r"\$.csv"),
        ({"packageWeight": 1.5}, r"\$.packageWeight"),
        ({"asin": "x" * 5000}, r"\$.asin"),
        ({"domainId": None}, r"\$.domainId"),
    ],
)
def test_a_field_of_the_wrong_kind_is_named_by_its_path(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidRecord, match=path) as caught:
        decoded(**fields)
    assert len(caught.value.reason) < 200


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=40))
def test_bytes_that_are_no_product_are_an_invalid_record(junk: bytes) -> None:
    with pytest.raises(InvalidRecord):
        decode_product(junk)


@pytest.mark.parametrize(
    ("fields", "limit"),
    [
        ({"buyBoxIsPreorder": True}, "preorder"),
        ({"buyBoxIsBackorder": True}, "backorder"),
        ({"buyBoxIsPrimeExclusive": True, "buyBoxIsBackorder": False}, "prime"),
        ({"buyBoxIsPrimeExclusive": None}, ""),
    ],
)
def test_a_buy_box_says_who_cannot_simply_buy(fields: dict[str, bool | None], limit: str) -> None:
    box = decoded(stats={"buyBoxPrice": 1_000, "buyBoxIsUnqualified": False, **fields}).buy_box
    assert box is not None
    assert (box.limit, box.is_unqualified) == (limit, False)
