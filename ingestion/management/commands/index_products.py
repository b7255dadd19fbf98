"""Marked products to the search index."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ingestion.runner import serving


class Command(BaseCommand):
    help = "Write the search documents of the products that changed (group search-indexer)."

    def add_arguments(self, parser: CommandParser) -> None:
        serving.add_arguments(parser)

    def handle(self, *, until_end: bool, accept_floods: bool, **_: Any) -> None:
        if not settings.ELASTICSEARCH_URL:
            raise CommandError("Search is in the database: there is no index to keep unless ELASTICSEARCH_URL is set.")
        serving.serve(["ingestion.indexing.IndexConsumer"], until_end=until_end, accept_floods=accept_floods)
