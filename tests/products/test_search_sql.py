"""The SQL backend keeps the contract of search."""

import pytest

from products.search import Search, get_search
from products.search.words import searchable, words_of
from tests.contracts.search import SearchContract


@pytest.mark.django_db
class TestSqlSearch(SearchContract):
    @pytest.fixture
    def search(self) -> Search:
        return get_search()


def test_words_are_folded_and_each_is_there_once() -> None:
    assert words_of("Crème-Brûlée, STRASSE straße brulee №5") == ["creme", "brulee", "strasse", "no5"]


def test_searchable_text_keeps_words_apart() -> None:
    assert searchable("Ein Kessel", "Brühl", "B000000001") == " ein kessel bruhl b000000001 "
