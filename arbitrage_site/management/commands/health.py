"""How the parts of this installation are, for people and for the health checks of containers."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from arbitrage_site import clock, health


class Command(BaseCommand):
    help = "Say how the parts of the installation are; fails when one of them is down."
    requires_system_checks: list[str] = []  # asked every minute, and at the start by everything else

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", nargs="*", help=f"of {', '.join(settings.HEALTH_PROBES)}; all without one")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        names = options["part"] or list(settings.HEALTH_PROBES)
        if unknown := [name for name in names if name not in settings.HEALTH_PROBES]:
            raise CommandError(f"There is no part {unknown[0]!r}; there are {', '.join(settings.HEALTH_PROBES)}.")
        parts = health.report(clock.now(), names).parts
        for part in parts:
            self.stdout.write(f"{part.name}: {part.finding.status} {part.finding.detail}".rstrip())
        if down := [part.name for part in parts if part.finding.status == "down"]:
            raise CommandError(f"Down: {', '.join(down)}.")
