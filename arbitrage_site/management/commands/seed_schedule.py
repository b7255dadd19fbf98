"""The beat schedule of celery.py, written to the database."""

from typing import Any

from django.core.management.base import BaseCommand

from arbitrage_site.celery import app
from arbitrage_site.jobs import schedule


class Command(BaseCommand):
    help = "Write the schedule of celery.py to the tables that beat reads with REDIS_URL; people's changes stay."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        seeded = schedule.seed(app.conf.beat_schedule)
        for word, names in (("Added", seeded.added), ("Changed", seeded.changed), ("Removed", seeded.removed)):
            if names:
                self.stdout.write(f"{word}: {', '.join(names)}.")
        self.stdout.write("The schedule is up to date.")
