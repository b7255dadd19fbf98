"""Running a span of the kept log through the steps again."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Sum

from ingestion.conservation.digest import short
from ingestion.models import DeadLetter, LogPartition, LogPosition
from ingestion.replay.comparison import Comparison, compare
from ingestion.replay.filling import fill
from ingestion.replay.places import ALIAS, Place, ReplayFailed, ReplayRefused, place_of
from ingestion.replay.spans import bound_of, stretches
from ingestion.topics import ENRICHMENT, OPPORTUNITIES, RAW

NAMED = 10
"""Differences that are printed; the rest is counted."""


class Command(BaseCommand):
    help = (
        "Run kept raw records through the same steps again, in a database of its own, and compare listings and search"
        " documents with the live ones. Sends no alert and touches nothing that is live. Ends with 1 if they differ."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="start", help="A time (2026-11-20T08:00) or an offset. Default: the oldest.")
        parser.add_argument("--to", dest="end", help="Up to but without this time or offset. Default: the newest.")
        parser.add_argument("--into", required=True, help="What to call it. It must not have been used.")

    def handle(self, *, start: str | None, end: str | None, into: str, **_: Any) -> None:
        try:
            self._replay(place_of(into), start, end)
        except (ReplayRefused, ReplayFailed) as error:
            raise CommandError(str(error)) from error

    def _replay(self, place: Place, start: str | None, end: str | None) -> None:
        span = stretches(bound_of(start) if start else None, bound_of(end) if end else None)
        place.prepare()
        with place.connected():
            if place.is_filled():
                raise ReplayRefused(f"{place} holds a replay already. Take another name, or remove it.")
            records = fill(span)
            place.run("-m", "ingestion.replay")
            if settings.ELASTICSEARCH_URL:
                place.run("manage.py", "search_rebuild")
            self.stdout.write(f"{records} records of {RAW.name} replayed into {place}: {_outcome()}.")
            self._report(compare(span))

    def _report(self, found: Comparison) -> None:
        different, documents = len(found.differences), len(found.document_differences)
        self.stdout.write(
            f"{found.listings} listings have records in the span, {found.compared} can be compared:"
            f" {found.compared - different} equal, {different} different;"
            f" digest {short(found.live)} live, {short(found.replayed)} replayed."
        )
        for reason, number in sorted(found.left_out.items()):
            self.stdout.write(f"  {number} left out: {reason}.")
        self.stdout.write(
            f"{found.documents} products have all their listings among the equal ones:"
            f" {found.documents - documents} search documents equal, {documents} different."
        )
        self._name([*found.differences, *found.document_differences])
        if different or documents:
            raise CommandError(f"{different} listings and {documents} search documents differ.")

    def _name(self, differences: list[str]) -> None:
        for difference in differences[:NAMED]:
            self.stdout.write(f"  DIFFERS  {difference}.")
        if len(differences) > NAMED:
            self.stdout.write(f"  and {len(differences) - NAMED} more.")


def _outcome() -> str:
    """What became of the records, and how many events of opportunities came of them."""
    positions = LogPosition.objects.using(ALIAS).filter(group=ENRICHMENT)
    sums = positions.aggregate(applied=Sum("applied"), superseded=Sum("superseded"))
    aside = DeadLetter.objects.using(ALIAS).count()
    events = LogPartition.objects.using(ALIAS).filter(topic=OPPORTUNITIES.name).aggregate(n=Sum("next_offset"))
    return (
        f"{sums['applied'] or 0} applied, {sums['superseded'] or 0} superseded, {aside} set aside,"
        f" {events['n'] or 0} events of opportunities"
    )
