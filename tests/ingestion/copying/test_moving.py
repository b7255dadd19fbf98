"""A whole database into another: everything with equal digests, or nothing, with a sentence why."""

import fcntl
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection

from arbitrage.models import Opportunity
from arbitrage_site import clock
from ingestion.copying.digests import Digest
from ingestion.copying.guards import CopyRefused, check_empty, check_stopped
from ingestion.copying.moving import CopyDiffers, Report, copy
from ingestion.copying.rows import insert
from ingestion.copying.tables import tables
from ingestion.databases import Entry, entry_of, known_as
from ingestion.eventlog.reading import current_epoch
from ingestion.eventlog.sql import SqlReader, append
from ingestion.models import DeadLetter, LogRecord
from ingestion.topics import ENRICHMENT, RAW
from products.models import Listing, Product, Tag, Watch
from tests.factories import NOON
from tests.ingestion.copying.addresses import address
from tests.ingestion.test_conservation import consume, proof, update

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("copying"),
]


def silent(line: str) -> None:
    """Where nobody listens."""


def moved(source: Entry, target: Entry, say: Callable[[str], None] = silent) -> Report:
    return copy(source, target, now=clock.now(), say=say)


def refusal(source: Entry, target: Entry) -> str:
    with pytest.raises(CopyRefused) as refused:
        moved(source, target)
    return str(refused.value)


def test_every_table_is_copied_and_its_digest_compared(source: Entry, empty: Entry) -> None:
    lines: list[str] = []
    report = moved(source, empty, lines.append)
    assert [one.name for one in report.copied] == [table._meta.db_table for table in tables()]
    assert all(one.is_equal for one in report.copied)
    assert any(line.startswith("products_listing: 16 rows, digest ") and line.endswith(", equal") for line in lines)
    with known_as("default", empty):
        assert User.objects.get().check_password("a long password")
        assert Watch.objects.get().tags.get() == Tag.objects.get(name="toys")
        assert Opportunity.objects.get().product_id == "B0COPY0001"
        assert DeadLetter.objects.get().value == b"{"


def test_the_target_goes_on_where_the_source_stopped(source: Entry, empty: Entry) -> None:
    epoch = current_epoch()
    moved(source, empty)
    with known_as("default", empty):
        assert current_epoch() == epoch + 1
        append(RAW, [update("B0CONS0001", step=9)], now=NOON)
        consume()
        assert "46 in their listing, 1 set aside, 0 missing" in proof()
    assert current_epoch() == epoch


def test_new_rows_at_the_target_get_new_numbers(source: Entry, empty: Entry) -> None:
    moved(source, empty)
    with known_as("default", empty):
        newest = LogRecord.objects.latest("pk").pk
        append(RAW, [update("B0CONS0001", step=9)], now=NOON)
        assert LogRecord.objects.latest("pk").pk > newest


def test_what_waits_is_read_once_at_the_target(source: Entry, empty: Entry) -> None:
    append(RAW, [update("B0CONS0002", step=7), update("B0CONS0003", "IT", step=7)], now=NOON)
    report = moved(source, empty)
    assert report.log
    assert report.log.lost == []
    with known_as("default", empty):
        consume()
        assert "47 in their listing, 1 set aside, 0 missing" in proof()


def test_a_copy_into_an_unused_file_creates_its_tables(tmp_path: Path, source: Entry) -> None:
    target = entry_of(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert all(one.is_equal for one in moved(source, target).copied)


def test_a_target_in_use_is_refused(source: Entry, empty: Entry) -> None:
    with known_as("default", empty):
        Tag.objects.create(name="mine")
    assert "is not empty: there are rows in products_tag." in refusal(source, empty)
    with known_as("default", empty):
        assert not Product.objects.exists()


def test_a_copy_that_breaks_off_leaves_nothing_and_can_be_repeated(source: Entry, empty: Entry) -> None:
    def break_off(line: str) -> None:
        if line.startswith("products_listing"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        moved(source, empty, break_off)
    with known_as("default", empty):
        assert not Product.objects.exists()
    assert all(one.is_equal for one in moved(source, empty).copied)


def test_a_table_that_comes_out_different_undoes_the_copy(
    source: Entry, empty: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_one(table: type, rows: list[tuple[object, ...]], alias: str) -> None:
        insert(table, rows[1:] if table is Listing else rows, alias)

    monkeypatch.setattr("ingestion.copying.moving.insert", lose_one)
    with pytest.raises(CopyDiffers, match="Nothing was copied: products_listing came out different"):
        moved(source, empty)
    with known_as("default", empty):
        assert not Product.objects.exists()


def test_a_row_that_the_target_does_not_take_is_named_and_nothing_is_copied(source: Entry, empty: Entry) -> None:
    with known_as("default", empty), connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX one_a_product ON products_listing (asin)")
    second = Listing.objects.filter(product_id="B0CONS0000").order_by("pk")[1]
    assert refusal(source, empty) == (
        f"Nothing was copied: products_listing there does not take the row whose id is {second.pk} (UNIQUE constraint"
        " failed: products_listing.asin). Correct or remove the row in the database that is copied, and try again."
    )
    with known_as("default", empty), connection.cursor() as cursor:
        assert not Product.objects.exists()
        cursor.execute("DROP INDEX one_a_product")
    assert all(one.is_equal for one in moved(source, empty).copied)


def test_a_row_that_points_nowhere_is_named_and_nothing_is_copied(
    source: Entry, empty: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_tags(table: type, rows: list[tuple[object, ...]], alias: str) -> None:
        insert(table, [] if table is Tag else rows, alias)

    monkeypatch.setattr("ingestion.copying.moving.insert", lose_tags)
    text = refusal(source, empty)
    assert "Nothing was copied: a row points to one that is not there" in text
    assert "products_watch_tags" in text
    with known_as("default", empty):
        assert not Product.objects.exists()


def test_the_command_ends_with_that_sentence(source: Entry, empty: Entry) -> None:
    with known_as("default", empty), connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX one_a_product ON products_listing (asin)")
    with pytest.raises(CommandError, match="products_listing there does not take the row whose id is"):
        call_command("copy_database", source=address(source), target=address(empty), stdout=StringIO())


def test_a_source_at_work_is_refused_until_its_leases_end(source: Entry, empty: Entry) -> None:
    reader = SqlReader(ENRICHMENT, [RAW], "host:1:a")
    reader.poll(1, clock.now())
    assert "12 rows of ingestion_logposition are leased until" in refusal(source, empty)
    reader.close()
    assert moved(source, empty).log


def test_a_file_with_a_worker_is_refused_while_it_runs(empty: Entry) -> None:
    with known_as("source", empty), (Path(empty["NAME"]).parent / "worker.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CopyRefused, match="A worker is at work"):
            check_stopped(tables(), "source", empty, clock.now())
        fcntl.flock(lock, fcntl.LOCK_UN)
        check_stopped(tables(), "source", empty, clock.now())


def change_migrations(entry: Entry, statement: str) -> None:
    with known_as("default", entry), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_database_of_an_older_version_is_refused(source: Entry, empty: Entry) -> None:
    change_migrations(empty, "DELETE FROM django_migrations WHERE app = 'products' AND name LIKE '0002%'")
    assert "lacks migrations of this version (products.0002_what_amazon_says_of_a_listing)" in refusal(source, empty)


def test_a_database_of_a_newer_version_is_refused(source: Entry, empty: Entry) -> None:
    insertion = "INSERT INTO django_migrations (app, name, applied) VALUES ('products', '9999_newer', '2030-01-01')"
    change_migrations(empty, insertion)
    assert "migrations that this version does not know (products.9999_newer)" in refusal(source, empty)


def test_source_and_target_must_be_two(source: Entry) -> None:
    assert "Source and target are the same" in refusal(source, source)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, empty: Entry) -> None:
    absent = tmp_path / "absent.sqlite3"
    assert refusal(entry_of(f"sqlite:///{absent}"), empty) == f"There is no database at {absent}."
    assert not absent.exists()


def test_an_unused_database_has_rows_only_where_that_is_expected(empty: Entry) -> None:
    with known_as("default", empty):
        check_empty(tables(), "default", empty)


def test_a_table_comes_after_those_that_it_points_to() -> None:
    place = {table: number for number, table in enumerate(tables())}
    for table in place:
        for field in table._meta.concrete_fields:
            if field.related_model and field.related_model is not table:
                assert place[field.related_model] < place[table]


def test_a_digest_knows_rows_apart_and_not_their_order() -> None:
    one, other, doubled = Digest(), Digest(), Digest()
    one.add([(1, "a"), (2, "b")])
    other.add([(2, "b"), (1, "a")])
    doubled.add([(1, "a"), (2, "b"), (2, "b"), (2, "b")])
    assert one == other != doubled
    assert one.total != doubled.total


def test_the_command_reports_and_names_the_default(
    source: Entry, empty: Entry, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("copy_database", source=address(source), target=address(empty))
    text = capsys.readouterr().out
    assert "are in " in text
    assert "The log there is in generation 2." in text
