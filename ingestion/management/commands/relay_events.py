"""Ship the event log to Kafka until SIGTERM."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from arbitrage_site import clock
from arbitrage_site.prepare import require_database
from ingestion.eventlog.owners import new_owner
from ingestion.eventlog.relay import Relay
from ingestion.runner.collector import collect_rarely
from ingestion.runner.rounds import Rounds
from ingestion.runner.turns import Turns
from ingestion.shipped import GROUP

IDLE_SECONDS = 0.05


class Command(BaseCommand):
    help = "Ship the event log to Kafka until SIGTERM. A second one waits to take over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--until-end", action="store_true", help="End when Kafka has all records there are now.")

    def handle(self, *, until_end: bool, **_: Any) -> None:
        if not settings.KAFKA:
            raise CommandError("KAFKA_BOOTSTRAP_SERVERS is not set: consumers read the log in the database.")
        require_database()
        collect_rarely()
        relay = Relay(new_owner())
        turns = Turns(GROUP, relay.turn, relay)
        stopped = Rounds([turns], clock=clock.now, idle_seconds=IDLE_SECONDS).run(until_end=until_end)
        if stopped and until_end:
            raise CommandError(" ".join(stopped))
