"""Changed products to opportunities."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ingestion.runner import serving


class Command(BaseCommand):
    help = "Find flips of changed products (group arbitrage-detector)."

    def add_arguments(self, parser: CommandParser) -> None:
        serving.add_arguments(parser)

    def handle(self, *, until_end: bool, accept_floods: bool, **_: Any) -> None:
        serving.serve(
            ["arbitrage.detection.consumer.DetectionConsumer"], until_end=until_end, accept_floods=accept_floods
        )
