"""The invented products: codes, names, fees, prices in five shops."""

import pytest

from ingestion.simulator.catalogue import (
    absent_from,
    asins_of_code,
    check_digit,
    demo_asins,
    demo_index,
    exists,
    fees,
    item,
)
from ingestion.simulator.names import BRANDS, CATEGORIES
from products.marketplaces import BY_DOMAIN
from tests.ingestion.simulator.asking import products
from tests.simulator import frozen_simulator

ASINS = demo_asins(5_000)


def test_the_catalogue_is_ordered_and_a_longer_one_begins_with_the_shorter() -> None:
    assert demo_asins(1_000) == ASINS[:1_000]
    assert [demo_index(asin) for asin in ASINS] == list(range(5_000))
    assert demo_asins(0) == []
    with pytest.raises(ValueError, match="not -1"):
        demo_asins(-1)


@pytest.mark.parametrize("asin", ["B0DEMO", "B0DEMO000", "B0DEMO00000", "B0OTHR0000", "B0DEMO00a0"])
def test_other_asins_have_no_place_in_it(asin: str) -> None:
    assert demo_index(asin) is None


def test_eleven_categories_and_sixteen_brands_are_all_sold() -> None:
    assert {item(asin).category.number for asin in ASINS} == {category.number for category in CATEGORIES}
    assert {item(asin).brand for asin in ASINS} == set(BRANDS)
    assert (len(CATEGORIES), len(BRANDS)) == (11, 16)


@pytest.mark.parametrize(("digits", "last"), [("400412215914", 7), ("590123412345", 7), ("000000000000", 0)])
def test_check_digits(digits: str, last: int) -> None:
    assert check_digit(digits) == last


def test_a_code_leads_back_to_its_products_and_a_wrong_one_nowhere() -> None:
    assert all(asin in asins_of_code(item(asin).ean) for asin in ASINS[:300])
    wrong = item(ASINS[0]).ean[:-1] + str((int(item(ASINS[0]).ean[-1]) + 1) % 10)
    assert asins_of_code(wrong) == asins_of_code("123") == []


def test_packs_share_the_code_of_the_single_product() -> None:
    packs = [item(asin) for asin in ASINS if item(asin).pack > 1]
    assert len(packs) == 51
    assert all(item(pack.pack_of or "").ean == pack.ean for pack in packs)


def test_titles_speak_the_language_of_the_shop() -> None:
    titles = {code: item("B0DEMO0002").title(code) for code in (3, 8, 9, 2, 4)}
    assert len(set(titles.values())) == 5
    assert any(not item(asin).title(3).isascii() for asin in ASINS[:20])


def test_some_fees_are_unknown_and_few_products_are_missing_in_a_shop() -> None:
    known = [fees(asin, 3) for asin in ASINS]
    unknown = sum(fee.referral is None or fee.pick_and_pack is None for fee in known)
    assert 0.02 < unknown / len(known) < 0.06
    missing = sum(absent_from(asin, domain) for asin in ASINS for domain in BY_DOMAIN)
    assert 100 < missing < 200


def test_prices_of_one_product_are_close_but_not_equal_in_the_shops_and_in_pounds_in_the_uk() -> None:
    simulator = frozen_simulator()
    means = {
        domain: [max(product["csv"][4][1::2]) for product in products(simulator, *ASINS[40:60], domain=domain)]
        for domain in BY_DOMAIN
    }
    assert len({tuple(found) for found in means.values()}) == 5
    assert 0.8 < sum(means[2]) / sum(means[3]) < 0.92
    assert all(0.9 < sum(means[domain]) / sum(means[3]) < 1.1 for domain in (4, 8, 9))


@pytest.mark.parametrize(
    ("asin", "known"), [("B0DEMO0000", True), ("B012345678", True), ("B0GONE0000", False), ("x", False), ("", False)]
)
def test_every_asin_of_a_product_exists_but_those_that_are_gone(asin: str, known: bool) -> None:
    assert exists(asin) is known
