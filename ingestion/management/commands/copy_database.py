"""Moving an installation to another database."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from arbitrage_site import clock
from ingestion.copying.guards import CopyRefused
from ingestion.copying.moving import CopyDiffers, copy
from ingestion.databases import UnusableDatabase, entry_of, shown
from ingestion.errors import ConsumerStopped, TransientError
from ingestion.eventlog.recreate import seen_elsewhere


class Command(BaseCommand):
    help = (
        "Copy every table of one database into another that is empty, compare both, and begin a new generation of the"
        " log there. Stop all processes first. The source is not changed (docs/moving.md)."
    )
    requires_system_checks: list[str] = []  # they look at the database of the settings, which may be neither

    def add_arguments(self, parser: CommandParser) -> None:
        embedded = f"sqlite:///{settings.VAR_DIR / 'arbitrage.sqlite3'}"
        parser.add_argument("--from", dest="source", default=embedded, help="Default: the file in VAR_DIR.")
        parser.add_argument("--to", dest="target", default=settings.DATABASE_URL, help="Default: DATABASE_URL.")

    def handle(self, *, source: str, target: str, **_: Any) -> None:
        if not target:
            raise CommandError("Say where to copy to: set DATABASE_URL, or give --to postgresql://... .")
        try:
            left, right = entry_of(source), entry_of(target)
            report = copy(left, right, now=clock.now(), say=self.stdout.write, above=seen_elsewhere())
        except (CopyRefused, CopyDiffers, UnusableDatabase, ConsumerStopped, TransientError) as error:
            raise CommandError(str(error)) from error
        rows = sum(one.source.rows for one in report.copied)
        self.stdout.write(f"{rows} rows in {len(report.copied)} tables of {shown(left)} are in {shown(right)}, equal.")
        if report.log:
            self.stdout.write(f"The log there is in generation {report.log.epoch}.")
            for line in report.log.lost:
                self.stdout.write(f"Stepped over: {line}.")
        self.stdout.write("With Elasticsearch on, run manage.py search_rebuild before the site is opened.")
