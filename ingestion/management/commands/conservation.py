"""Whether anything was lost or applied twice."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from ingestion.conservation import listings, log
from ingestion.conservation.report import Check

NAMED = 20
"""Differences of a check that are printed; the rest is counted."""

_AND_DOCUMENTS = ", or search documents unlike their rows" if settings.ELASTICSEARCH_URL else ""


class Command(BaseCommand):
    help = (
        "Prove from the kept records and the tables that nothing was lost or applied twice. May run beside consumers."
        " Ends with 1 and names the differences if there are any."
    )

    def handle(self, **_: Any) -> None:
        checks = [log.structure(), log.events_once(), *listings.check(), _higher()]
        for check in checks:
            self._print(check)
        unclean = sum(len(check.differences) for check in checks)
        if unclean:
            raise CommandError(f"Not clean: {unclean} differences.")
        self.stdout.write("Clean.")

    def _print(self, check: Check) -> None:
        self.stdout.write(f"{check.title:<9} {check.seen}.")
        for difference in check.differences[:NAMED]:
            self.stdout.write(f"  DIFFERS  {difference}.")
        if len(check.differences) > NAMED:
            self.stdout.write(f"  and {len(check.differences) - NAMED} more.")


def _higher() -> Check:
    """What the apps above have to say, by the functions that the settings name."""
    found = [difference for path in settings.CONSERVATION_CHECKS for difference in import_string(path)()]
    return Check("Results", f"{len(found)} opportunities open twice, alerts twice for one event{_AND_DOCUMENTS}", found)
