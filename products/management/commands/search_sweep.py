"""Search documents against rows."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from products.search.elastic.client import FAILURES, sentence
from products.search.sweep import sweep

NAMED = 20


class Command(BaseCommand):
    help = "Compare search documents with their rows, and put right those that differ."

    def add_arguments(self, parser: CommandParser) -> None:
        how_many = parser.add_mutually_exclusive_group()
        how_many.add_argument("--sample", type=int, default=1000, help="About so many products (%(default)s).")
        how_many.add_argument("--all", action="store_true", help="Every document.")
        parser.add_argument("--dry-run", action="store_true", help="Only say what differs.")

    def handle(self, *, sample: int, all: bool, dry_run: bool, **_: Any) -> None:  # noqa: A002 - the option's name
        if not settings.ELASTICSEARCH_URL:
            raise CommandError("Search is in the database: nothing can differ unless ELASTICSEARCH_URL is set.")
        if sample < 1:
            raise CommandError("Give --sample a number of products from 1.")
        try:
            swept = sweep(sample=None if all else sample, is_repairing=not dry_run)
        except FAILURES as error:
            raise CommandError(sentence(error)) from error
        for each in swept.named[:NAMED]:
            self.stdout.write(f"{each.asin}  {each.kind.value}")
        self.stdout.write(str(swept))
