"""All consumers of the settings in one process."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from ingestion.eventlog.checkpoint import Checkpoint
from ingestion.eventlog.pruning import Pruning
from ingestion.runner import serving


class Command(BaseCommand):
    help = "Serve all consumers in one process, one batch each in turn, and keep the log tidy, until SIGTERM."

    def add_arguments(self, parser: CommandParser) -> None:
        serving.add_arguments(parser)

    def handle(self, *, until_end: bool, accept_floods: bool, **_: Any) -> None:
        between = (Checkpoint(), Pruning())
        serving.serve(settings.CONSUMERS, until_end=until_end, accept_floods=accept_floods, between=between)
