"""Whether two listings of one ASIN are the same goods."""

import pytest

from arbitrage.risk.kinds import BEAUTY, ELECTRONICS, comes_in_a_language, is_kind
from arbitrage.risk.match import (
    Goods,
    codes_differ,
    is_oversize,
    language_differs,
    leaves_the_uk,
    pack_of,
    packs_differ,
    plugs_differ,
)


@pytest.mark.parametrize(
    ("title", "pack"),
    [
        ("Kaffee, 6er Pack", 6),
        ("Kaffee 2er-Set", 2),
        ("Coffee (Pack of 12)", 12),
        ("Café, lot de 3", 3),
        ("Caffè, confezione da 4", 4),
        ("Café, paquete de 8", 8),
        ("Batterien 24 Stück", 24),
        ("Coffee, 3-Pack", 3),
        ("Kamera X100, 24 MP", None),
        ("Backpack 40 l", None),
        ("", None),
    ],
)
def test_pack_sizes_are_read_from_titles_in_five_languages(title: str, pack: int | None) -> None:
    assert pack_of(title) == pack


@pytest.mark.parametrize(
    ("source", "target", "found"),
    [
        (Goods("IT", pack=2), Goods("DE", pack=1), (2, 1)),
        (Goods("IT", "x, confezione da 2"), Goods("DE", "x, 3er Pack"), (2, 3)),
        (Goods("IT", "x, confezione da 2", pack=1), Goods("DE", "x, 2er Pack", pack=2), None),
        (Goods("IT", "x, confezione da 2"), Goods("DE", pack=1), None),
        (Goods("IT", pack=2), Goods("DE", pack=2), None),
        (Goods("IT", pack=2), Goods("DE"), None),
    ],
)
def test_packs_differ_only_where_both_sides_say_something(
    source: Goods, target: Goods, found: tuple[int, int] | None
) -> None:
    assert packs_differ(source, target) == found


def test_codes_differ_when_none_is_shared() -> None:
    assert codes_differ(Goods("IT", eans={"1"}), Goods("DE", eans={"2"}))
    assert not codes_differ(Goods("IT", eans={"1", "2"}), Goods("DE", eans={"2"}))
    assert not codes_differ(Goods("IT"), Goods("DE", eans={"2"}))


def test_plugs_differ_across_the_channel_alone() -> None:
    assert plugs_differ(Goods("UK", category="Home & Kitchen"), Goods("DE"))
    assert not plugs_differ(Goods("FR", category="High-Tech"), Goods("DE", category="Elektronik & Foto"))
    assert not plugs_differ(Goods("UK", category="Toys & Games"), Goods("DE", category="Spielzeug"))


def test_books_and_games_come_in_a_language_and_toys_do_not() -> None:
    assert language_differs(Goods("IT", category="Libri"), Goods("DE", category="Bücher"))
    assert not language_differs(Goods("UK", category="Toys & Games"), Goods("DE", category="Spielzeug"))
    assert comes_in_a_language("Jeux vidéo")


@pytest.mark.parametrize(
    ("goods", "oversize"),
    [
        (Goods("DE", sides=(450, 340, 260), weight=11_900), False),
        (Goods("DE", sides=(260, 451, 340)), True),
        (Goods("DE", sides=(100, 100, 100), weight=11_901), True),
        (Goods("DE", weight=12_000), True),
        (Goods("DE"), False),
    ],
)
def test_oversize_begins_beyond_the_largest_parcel(goods: Goods, oversize: bool) -> None:
    assert is_oversize(goods) is oversize


def test_trade_marks_matter_out_of_the_uk() -> None:
    assert leaves_the_uk(Goods("UK"), Goods("DE"))
    assert not leaves_the_uk(Goods("DE"), Goods("UK"))


def test_categories_are_known_by_their_words_in_any_case_and_accent() -> None:
    assert is_kind("ELECTRÓNICA", ELECTRONICS)
    assert is_kind("Beauté et Parfum", BEAUTY)
    assert not is_kind("Garten", ELECTRONICS | BEAUTY)
