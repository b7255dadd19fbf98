"""Adding to, pausing and leaving the watchlist."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from celery import current_app
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from products import services
from products.configured import add_configured
from products.models import PollTarget, Product, Watch

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_adding_twice_adds_once_and_names_what_was_there() -> None:
    services.watch(["B08KT182SN"], origin=Watch.Origin.PAGE, now=NOW)

    again = services.watch(["B08KT182SN", "B08KT182SP", "B08KT182SP"], origin=Watch.Origin.API, now=NOW)

    assert (again.added, again.already) == (["B08KT182SP"], ["B08KT182SN"])
    assert PollTarget.objects.count() == 10


def test_a_new_entry_wakes_the_planner_after_the_commit(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        services.watch(["B08KT182SN"], origin=Watch.Origin.PAGE, now=NOW)

    with current_app.connection_for_read() as connection:
        message = connection.SimpleQueue("celery").get(timeout=2)
    assert message.headers["task"] == "ingestion.poll_due"


def test_leaving_the_watchlist_keeps_what_is_known() -> None:
    services.watch(["B08KT182SN"], origin=Watch.Origin.PAGE, now=NOW)

    assert services.unwatch(["B08KT182SN", "B000000000"]) == 1
    assert not PollTarget.objects.exists()
    assert Product.objects.filter(asin="B08KT182SN").exists()


def test_resuming_makes_a_listing_due_at_once() -> None:
    services.watch(["B08KT182SN"], origin=Watch.Origin.PAGE, now=NOW)
    PollTarget.objects.update(due_at=NOW + timedelta(hours=5))
    services.set_paused(["B08KT182SN"], paused=True, now=NOW)

    services.set_paused(["B08KT182SN"], paused=False, now=NOW)

    assert not PollTarget.objects.filter(due_at__gt=NOW).exists()


def test_fewer_marketplaces_leave_fewer_poll_targets() -> None:
    services.watch(["B08KT182SN"], origin=Watch.Origin.PAGE, now=NOW)
    watch = Watch.objects.get()
    watch.marketplaces = ["DE", "FR"]

    services.follow_marketplaces(watch, now=NOW)

    assert set(PollTarget.objects.values_list("marketplace", flat=True)) == {"DE", "FR"}


def test_the_file_and_the_environment_only_add(settings: Settings, tmp_path: Path) -> None:
    settings.ASIN_WATCHLIST = ["B08KT182SN", "nonsense"]
    settings.WATCHLIST_FILE = tmp_path / "watchlist.txt"
    settings.WATCHLIST_FILE.write_text("https://www.amazon.it/dp/B08KT182SP # a frame\n")
    add_configured(NOW)
    settings.WATCHLIST_FILE.write_text("B08KT182SQ\n")

    assert add_configured(NOW) == 1
    assert set(Watch.objects.values_list("product_id", "origin")) == {
        ("B08KT182SN", "environment"),
        ("B08KT182SP", "file"),
        ("B08KT182SQ", "file"),
    }
