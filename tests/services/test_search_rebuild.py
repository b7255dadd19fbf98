"""A new index beside the old one: nothing written or deleted meanwhile is lost, and a failure leaves no trace."""

import threading
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from arbitrage_site.clock import now
from products import services
from products.models import Product, SearchDirty, SearchLease
from products.search import conservation, dirty, filling, indices, leases, rebuild
from products.search.elastic.client import client
from products.search.elastic.mapping import alias
from products.search.filling import RebuildFailed
from products.search.sync import Drain
from tests import factories
from tests.services.indexed import drain_all, refresh, version_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index")]


def shop(count: int) -> list[str]:
    asins = [f"B0SHOP{number:04}" for number in range(count)]
    for asin in asins:
        factories.listing(factories.product(asin), "DE")
    return asins


def test_a_rebuild_writes_every_row_and_removes_the_old_index() -> None:
    shop(3)
    [before] = indices.places().live
    assert rebuild.rebuild(grace=0) == 3
    [after] = indices.places().live
    assert after != before
    assert not client().indices.exists(index=before)
    assert list(conservation.check()) == []
    found = client().search(index=alias(), query={"term": {"asin": "B0SHOP0001"}}).body["hits"]["hits"]
    assert found[0]["_source"]["title"] == "Wooden train set"


def test_a_new_index_is_refreshed_and_copied_like_any_other() -> None:
    rebuild.rebuild(grace=0)
    [index] = indices.places().live
    found = client().indices.get_settings(index=index).body[index]["settings"]["index"]
    assert found["refresh_interval"] == "1s"
    assert found["auto_expand_replicas"] == "0-1"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_that_is_written_and_deleted_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    asins = shop(150)
    monkeypatch.setattr(filling, "MOST_DOCUMENTS", 10)
    ending = threading.Event()
    threads = [threading.Thread(target=_until, args=(ending, each)) for each in (_writer(asins), _drain(), _drain())]
    for thread in threads:
        thread.start()
    rebuild.rebuild(grace=0)
    rebuild.rebuild(grace=0)
    ending.set()
    for thread in threads:
        thread.join()
    drain_all()
    refresh()
    assert Product.objects.count() < 150
    assert list(conservation.check()) == []


def _until(ending: threading.Event, step: Callable[[], object]) -> None:
    while not ending.is_set():
        step()
    connection.close()


def _writer(asins: list[str]) -> Callable[[], object]:
    """Touches some, removes one in twenty, and brings back what was removed before."""
    turns = iter(range(10**6))

    def step() -> None:
        turn = next(turns)
        services.touch(asins[turn % 7 :: 7])
        services.remove([asins[turn % 150]])
        if turn % 3 == 0:
            services.watch([asins[(turn - 6) % 150]], origin="page", now=now())

    return step


def _drain() -> Callable[[], object]:
    drain = Drain()
    return lambda: drain(15, now())


def test_a_removal_that_nobody_drained_is_caught_up_with(monkeypatch: pytest.MonkeyPatch) -> None:
    shop(3)
    filled = filling.Filling.run

    def and_then_one_goes(self: filling.Filling) -> int:
        count = filled(self)
        services.remove(["B0SHOP0001"])
        return count

    monkeypatch.setattr(filling.Filling, "run", and_then_one_goes)
    rebuild.rebuild(grace=0)
    assert version_of("B0SHOP0001") is None
    assert not SearchDirty.objects.exists()


def test_a_failure_removes_the_new_index_and_keeps_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    [before] = indices.places().live
    monkeypatch.setattr(rebuild, "_prove", _fail)
    with pytest.raises(RebuildFailed, match="by intent"):
        rebuild.rebuild(grace=0)
    assert indices.places() == indices.Places(live=[before], building=[])
    assert not indices.leftovers()


def _fail(*_: object) -> None:
    raise RebuildFailed("Failed by intent.")


def test_documents_that_are_refused_end_a_rebuild_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    shop(30)
    monkeypatch.setattr(indices, "mappings", lambda: {"dynamic": "strict", "properties": {"asin": {"type": "keyword"}}})
    with pytest.raises(RebuildFailed, match="strict_dynamic_mapping_exception"):
        rebuild.rebuild(grace=0)
    assert not indices.places().building


def test_what_a_killed_rebuild_left_is_removed_by_the_next_one() -> None:
    left = indices.make(now())
    assert indices.leftovers() == [left]
    rebuild.rebuild(grace=0)
    assert not client().indices.exists(index=left)


def test_a_stray_index_is_tidied_unless_a_rebuild_is_running() -> None:
    left = indices.make(now())
    with leases.held("rebuild"):
        rebuild.tidy()
        assert indices.leftovers() == [left]
    rebuild.tidy()
    assert not indices.leftovers()


def test_two_rebuilds_do_not_run_at_once() -> None:
    with leases.held("rebuild"), pytest.raises(CommandError, match="is running"):
        call_command("search_rebuild")
    call_command("search_rebuild", grace=0)


def test_a_rebuild_that_stood_still_too_long_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    shop(1)
    monkeypatch.setattr(rebuild, "_catch_up", _lose_the_lease)
    with pytest.raises(leases.Taken, match="stood still"):
        rebuild.rebuild(grace=0)
    assert not indices.places().building


def _lose_the_lease(renew: Callable[[], None]) -> None:
    SearchLease.objects.update(owner="another")
    renew()


def test_only_a_missing_index_is_built_where_that_is_wished(capsys: pytest.CaptureFixture[str]) -> None:
    before = indices.places()
    call_command("search_rebuild", if_missing=True)
    assert indices.places() == before
    indices.remove(before.live)
    call_command("search_rebuild", if_missing=True)
    assert indices.places().live


def test_what_was_refused_is_tried_again_after_a_rebuild() -> None:
    shop(1)
    services.touch(["B0SHOP0000"])
    dirty.failed(dirty.claim(1, now()), {"B0SHOP0000": dirty.Failure("no", now(), is_parked=True)})
    rebuild.rebuild(grace=0)
    drain_all()
    assert not SearchDirty.objects.exists()
