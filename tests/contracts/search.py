"""What every search backend answers. A backend's test class inherits these and gives the fixture `search`."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from products.models import Product
from products.search import SORTS, InvalidQuery, Matches, Search, SearchQuery
from tests.factories import NOON, listing, product


def shelf(search: Search) -> None:
    """Six products; their listings and figures are told apart by what the tests look for."""
    kettle = product("B0KETTLE01", title="Brühl Wasserkocher 1,7 l", brand="Brühl", category="Küche", best_net=500)
    listing(kettle, "DE", 2000)
    listing(kettle, "UK", 1500)
    train = product("B0TRAIN001", title="Wooden train set", brand="Acme", category="Toys", best_net=900)
    listing(train, "DE", 4999)
    tracks = product("B0TRACKS01", title="Wooden tracks", brand="Acme", category="Toys", eans=["4004122159147"])
    listing(tracks, "DE", 999, new=None, buy_box=None)
    Product.objects.filter(asin="B0TRAIN001").update(best_margin=2000, best_roi=3000)
    Product.objects.filter(asin="B0KETTLE01").update(best_margin=1500, updated_at=NOON + timedelta(hours=1))
    product("B0BARE0001", title="", brand="", category="")
    product("B0TWIN0001", title="Twin", brand="Zwei", category="Toys")
    product("B0TWIN0002", title="Twin", brand="Zwei", category="Toys")
    search.sync(list(Product.objects.values_list("pk", flat=True)))


def asins(search: Search, **query: object) -> Sequence[str]:
    """The ASINs of the first page."""
    return [hit.asin for hit in search.find(SearchQuery(**query)).hits]  # type: ignore[arg-type]  # one helper for all fields


INHERITED = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
"""Each backend's class runs the same test; the fixtures hold nothing that an example changes."""


class SearchContract:
    """Filled once per test by `shelf`."""

    @pytest.fixture(autouse=True)
    def _filled(self, search: Search) -> None:
        shelf(search)

    def test_finds_by_all_words_whatever_case_and_accents(self, search: Search) -> None:
        assert asins(search, text="WASSERKOCHER bruhl") == ["B0KETTLE01"]
        assert asins(search, text="wooden train") == ["B0TRAIN001"]
        assert asins(search, text="wooden kettle") == []

    def test_of_the_last_word_the_beginning_is_enough(self, search: Search) -> None:
        assert asins(search, text="wooden tra", sort="title") == ["B0TRACKS01", "B0TRAIN001"]
        assert asins(search, text="wood train") == []
        assert asins(search, text="ooden") == []

    @pytest.mark.parametrize("text", ["B0TRACKS01", "b0tracks", "4004122159147"])
    def test_finds_by_asin_and_ean(self, search: Search, text: str) -> None:
        assert asins(search, text=text) == ["B0TRACKS01"]

    @pytest.mark.parametrize("text", ["%", "_", "!!! ???", "' -- ;", "\u202e", "(((", "*"])
    def test_signs_mean_nothing(self, search: Search, text: str) -> None:
        assert asins(search, text=text) == []

    def test_no_text_at_all_is_no_condition(self, search: Search) -> None:
        assert asins(search, text="\0 ") == asins(search)

    def test_filters_by_category_brand_and_marketplace(self, search: Search) -> None:
        assert set(asins(search, category="Toys", brand="Acme")) == {"B0TRAIN001", "B0TRACKS01"}
        assert asins(search, marketplace="UK") == ["B0KETTLE01"]
        assert asins(search, category="toys") == []

    def test_filters_by_margin_and_roi(self, search: Search) -> None:
        assert asins(search, min_margin=1501) == ["B0TRAIN001"]
        assert set(asins(search, min_margin=1500)) == {"B0TRAIN001", "B0KETTLE01"}
        assert asins(search, min_roi=1) == ["B0TRAIN001"]

    def test_a_price_is_compared_in_its_own_currency(self, search: Search) -> None:
        assert asins(search, max_price=1999) == []
        assert asins(search, max_price=2000) == ["B0KETTLE01"]
        assert asins(search, max_price=1500, currency="GBP") == ["B0KETTLE01"]
        assert asins(search, max_price=1500, marketplace="UK") == ["B0KETTLE01"]

    def test_in_stock_means_where_one_looks(self, search: Search) -> None:
        assert set(asins(search, in_stock=True)) == {"B0KETTLE01", "B0TRAIN001"}
        assert asins(search, in_stock=True, marketplace="UK") == ["B0KETTLE01"]

    def test_sorts_with_what_has_no_value_last_either_way(self, search: Search) -> None:
        assert asins(search, sort="-net")[:2] == ["B0TRAIN001", "B0KETTLE01"]
        assert asins(search, sort="net")[:2] == ["B0KETTLE01", "B0TRAIN001"]
        assert asins(search, sort="price")[:2] == ["B0KETTLE01", "B0TRAIN001"]
        assert asins(search)[0] == "B0KETTLE01"

    @pytest.mark.parametrize("sort", SORTS)
    def test_pages_hold_everything_once_and_ties_go_by_asin(self, search: Search, sort: str) -> None:
        pages = [search.find(SearchQuery(sort=sort, page=number, page_size=2)) for number in (1, 2, 3, 4)]
        found = [hit.asin for page in pages for hit in page.hits]
        assert sorted(found) == sorted(Product.objects.values_list("pk", flat=True))
        assert found.index("B0TWIN0001") < found.index("B0TWIN0002")
        assert [page.total for page in pages] == [6] * 4
        assert not pages[3].hits

    def test_facets_leave_their_own_filter_aside(self, search: Search) -> None:
        facets = search.find(SearchQuery(category="Toys", brand="Acme")).facets
        assert [(facet.value, facet.count) for facet in facets["brand"]] == [("Acme", 2), ("Zwei", 2)]
        assert [(facet.value, facet.count) for facet in facets["category"]] == [("Toys", 2)]
        assert [(facet.value, facet.count) for facet in facets["marketplace"]] == [("DE", 2)]

    def test_the_marketplace_facet_counts_where_the_price_fits(self, search: Search) -> None:
        facets = search.find(SearchQuery(marketplace="DE", in_stock=True)).facets["marketplace"]
        assert [(facet.value, facet.count) for facet in facets] == [("DE", 2), ("UK", 1)]

    def test_a_hit_carries_its_listings_and_best_flip(self, search: Search) -> None:
        (hit,) = search.find(SearchQuery(text="b0kettle01")).hits
        assert (hit.price, hit.currency, hit.net, hit.margin) == (2000, "EUR", 500, 1500)
        assert list(hit.listings) == ["DE", "UK"]
        assert (hit.listings["UK"].new, hit.listings["UK"].currency, hit.listings["UK"].in_stock) == (1500, "GBP", True)

    def test_matches_are_asins_alone_up_to_a_limit(self, search: Search) -> None:
        assert search.matches("BRÜHL wasser", 9) == Matches(["B0KETTLE01"], 1)
        assert set(search.matches("wooden", 9).asins) == {"B0TRAIN001", "B0TRACKS01"}
        some = search.matches("wooden", 1)
        assert (len(some.asins), some.total) == (1, 2)
        assert search.matches("%", 9) == search.matches(" \0", 9) == Matches([], 0)

    def test_suggests_brands_then_products(self, search: Search) -> None:
        found = search.suggest("ac")
        assert [(entry.kind, entry.text) for entry in found[:2]] == [("brand", "Acme"), ("product", "Wooden train set")]
        assert search.suggest("%") == search.suggest("") == []

    def test_what_is_gone_is_not_found(self, search: Search) -> None:
        Product.objects.filter(pk="B0TRAIN001").delete()
        search.sync(["B0TRAIN001"])
        assert asins(search, text="train") == []

    def test_refuses_what_does_not_exist_with_a_sentence(self) -> None:
        with pytest.raises(InvalidQuery, match="not a marketplace"):
            SearchQuery(marketplace="US")  # type: ignore[arg-type]  # as it may come from an address
        with pytest.raises(InvalidQuery, match="not an order"):
            SearchQuery(sort="pk; drop table")
        with pytest.raises(InvalidQuery, match="not a currency"):
            SearchQuery(currency="USD")

    @settings(max_examples=40, deadline=None, suppress_health_check=INHERITED)
    @given(
        text=st.text(max_size=300),
        category=st.text(max_size=20),
        number=st.integers(-(10**30), 10**30),
        size=st.integers(-(10**30), 10**30),
        sort=st.sampled_from(SORTS),
    )
    def test_any_input_is_answered(
        self, search: Search, text: str, category: str, number: int, size: int, sort: str
    ) -> None:
        query = SearchQuery(text=text, category=category, page=number, page_size=size, max_price=number, sort=sort)
        page = search.find(query)
        assert page.total >= len(page.hits)
        search.suggest(text)
