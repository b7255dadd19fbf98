"""Events to alerts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ingestion.runner import serving


class Command(BaseCommand):
    help = "Evaluate alert rules (group alert-rules)."

    def add_arguments(self, parser: CommandParser) -> None:
        serving.add_arguments(parser)

    def handle(self, *, until_end: bool, accept_floods: bool, **_: Any) -> None:
        serving.serve(["arbitrage.rules.AlertConsumer"], until_end=until_end, accept_floods=accept_floods)
