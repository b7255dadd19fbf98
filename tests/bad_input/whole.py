"""The whole installation in one process: Keepa's simulator over HTTP, the commands, the consumers, the pages."""

import re
from datetime import datetime, timedelta
from html import unescape
from io import StringIO
from typing import Any

import time_machine
from django.core.management import CommandError, call_command
from django.db.models import QuerySet
from django.test import Client
from pytest_django import Settings

from arbitrage_site.clock import minute_of, moment_of, now
from ingestion.keepa.client import KeepaClient
from ingestion.keepa.histories import history_of
from ingestion.keepa.payload import decode_product
from ingestion.models import DeadLetter, LogPartition, LogPosition
from ingestion.simulator.catalogue import demo_asins
from products import services
from products.marketplaces import MARKETPLACES
from products.models import Listing, PollTarget, Watch
from products.series import BUY_BOX, COUNT_REVIEWS, RATING, History, of_listing, same
from tests.bad_input.wire import Wire
from tests.simulator import START_MINUTE

EVERY_PAGE = ("/", "/opportunities/", "/watchlist/", "/alerts/", "/pipeline/")
EVERYWHERE = ["DE", "IT", "ES", "UK", "FR"]


class Whole:
    """What a person can do, and what they then see."""

    def __init__(self, wire: Wire, client: Client, settings: Settings, traveller: time_machine.Traveller) -> None:
        self.wire = wire
        self.keepa = wire.simulator
        self.client = client
        self.settings = settings
        self._traveller = traveller

    @property
    def faults(self) -> Any:
        """The knobs of the simulator."""
        return self.keepa.faults

    def watch(self, count: int = 4, marketplaces: tuple[str, ...] = ("DE",)) -> list[str]:
        """Put the first products of the catalogue on the watchlist."""
        asins = demo_asins(count)
        services.watch(asins, origin=Watch.Origin.PAGE, now=now(), marketplaces=marketplaces)
        return asins

    def poll(self) -> str:
        """What `manage.py poll` prints."""
        return command("poll")

    def consume(self) -> str:
        """What the commands of the consumers print when they have passed everything: nothing while all is well."""
        names = ("consume_raw", "detect_opportunities", "evaluate_alerts")
        return "".join(command(name, until_end=True) for name in names)

    def dead_letters(self) -> str:
        """What `manage.py dead_letters list` prints."""
        return command("dead_letters", "list")

    def page(self, path: str) -> str:
        """The words of a page, without markup."""
        response = self.client.get(path)
        assert response.status_code == 200, path
        return words(response.content.decode())

    def wait(self, minutes: float = 70) -> datetime:
        """Let time pass here and at Keepa."""
        self._traveller.shift(timedelta(minutes=minutes))
        self.keepa.clock.advance(minutes=minutes)
        return now()

    def heal(self, polls: int = 1) -> None:
        """All is well at Keepa again: so many polls bring every watched listing with its whole history.

        Two where records were set aside: the first asks recent days and so shows the gap.
        """
        self.faults.clear()
        self.wire.mend()
        for _ in range(polls):
            self.wait()
            assert "0 failed" in self.poll()
            assert self.consume() == ""
        listings = Listing.objects.filter(checked_at=now(), base_from=0)
        assert pairs(listings) == pairs(PollTarget.objects.all())
        self._assert_histories_are_those_of_keepa(listings.filter(marketplace="DE"))
        assert "Clean." in command("conservation")
        assert not PollTarget.objects.exclude(lease="").exists()
        assert_positions_exact()

    def _assert_histories_are_those_of_keepa(self, listings: QuerySet[Listing]) -> None:
        client = KeepaClient(key=self.settings.KEEPA_API_KEY, base_url=self.settings.KEEPA_BASE_URL)
        answer = client.products(MARKETPLACES["DE"].domain_id, [row.product_id for row in listings])
        client.close()
        for row in listings:
            truth = history_of(decode_product(answer.products[row.product_id]), latest=minute_of(now()))
            assert same(_asked_always(of_listing(row)), _asked_always(truth)), row


def pairs(rows: QuerySet[Any]) -> set[tuple[str, str]]:
    """Product and marketplace of listings or poll targets."""
    return set(rows.values_list("product_id", "marketplace"))


def _asked_always(history: History) -> History:
    """Without the types that only some polls ask."""
    return {kind: series for kind, series in history.items() if kind not in (BUY_BOX, RATING, COUNT_REVIEWS)}


def assert_positions_exact() -> None:
    """Every group stands at the end of every partition that holds something."""
    ends = {(row.topic, row.partition): row.next_offset for row in LogPartition.objects.filter(next_offset__gt=0)}
    for row in LogPosition.objects.filter(next_offset__gt=0):
        assert row.next_offset == ends[row.topic, row.partition], str(row)
    assert sum(row.set_aside for row in LogPosition.objects.all()) == DeadLetter.objects.count()


def command(name: str, *arguments: str, **options: Any) -> str:
    """Everything that a command prints; its last word if it ends with an error."""
    output = StringIO()
    try:
        call_command(name, *arguments, stdout=output, stderr=output, **options)
    except CommandError as error:
        output.write(f"CommandError: {error}\n")
    printed = output.getvalue()
    assert "Traceback" not in printed
    return printed


def words(page: str) -> str:
    """The text of a page, on one line."""
    assert "Traceback" not in page
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def moment() -> datetime:
    """When the simulated world stands still."""
    return moment_of(START_MINUTE)
