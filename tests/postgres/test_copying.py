"""Rows that SQLite holds and PostgreSQL does not take: named with the server's reason, and none of them inserted."""

from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, transaction

from ingestion.copying.guards import CopyRefused
from ingestion.copying.rows import insert
from ingestion.models import LogPartition
from products.models import Tag

pytestmark = pytest.mark.django_db


def refusal(table: Any, rows: list[tuple[Any, ...]]) -> str:
    with pytest.raises(CopyRefused) as refused, transaction.atomic():
        insert(table, rows, DEFAULT_DB_ALIAS)
    assert not table.objects.exists()
    return str(refused.value)


def test_a_text_that_is_too_long_is_named_with_table_key_and_column() -> None:
    assert refusal(Tag, [(1, "toys"), (7, "t" * 41), (8, "books")]) == (
        "Nothing was copied: products_tag there does not take the row whose id is 7 (value too long for type character"
        " varying(40); column name). Correct or remove the row in the database that is copied, and try again."
    )


@pytest.mark.parametrize("name", ["nul\0", "half \ud800"])
def test_a_text_that_no_server_holds_is_named(name: str) -> None:
    assert "products_tag there does not take the row whose id is 7 (" in refusal(Tag, [(1, "toys"), (7, name)])


def test_a_number_that_is_too_large_is_named() -> None:
    text = refusal(LogPartition, [(1, "t", 0, 0, 0), (2, "t", 1, 0, 2**63)])
    assert "ingestion_logpartition there does not take the row whose id is 2" in text
    assert "out of range" in text


def test_a_key_that_is_there_already_is_named_with_its_value() -> None:
    text = refusal(Tag, [(1, "toys"), (2, "toys")])
    assert "the row whose id is 2 (duplicate key value" in text
    assert "Key (name)=(toys) already exists)" in text
