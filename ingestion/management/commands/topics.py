"""The event log's topics: what is in them, and beginning anew after a restore."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count, Min, Sum

from arbitrage_site import clock
from ingestion import contracts
from ingestion.errors import ConsumerStopped, TransientError
from ingestion.eventlog.pruning import blocked
from ingestion.eventlog.reading import current_epoch
from ingestion.eventlog.recreate import recreate, seen_elsewhere
from ingestion.models import LogPartition, LogPosition, LogRecord
from ingestion.topics import TOPICS, Topic


class Command(BaseCommand):
    help = "List the topics of the event log, create or check them on Kafka, begin a new generation, write contracts."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="Records kept, groups, and how far behind they are.")
        again = actions.add_parser("recreate", help="Raise the log's generation. Mandatory after restoring a backup.")
        again.add_argument("--yes", action="store_true", help="Do it.")
        actions.add_parser("create", help="Create on Kafka the topics that are missing.")
        actions.add_parser("check", help="Name what differs on Kafka; exit code 1 if anything does.")
        actions.add_parser("contracts", help="Write the JSON Schemas of all topics to docs/contracts/.")

    def handle(self, *, action: str, **options: Any) -> None:
        if action == "list":
            self._list()
        elif action == "contracts":
            self._write_contracts()
        elif action in {"create", "check"}:
            self._on_kafka(action)
        elif options["yes"]:
            self._recreate()
        else:
            raise CommandError(
                "This raises the log's generation: numbers of records that were seen outside this database, on a broker"
                " for example, are no longer believed. Do it after restoring a backup. Add --yes to go on."
            )

    def _list(self) -> None:
        self.stdout.write(f"Generation {current_epoch()}.")
        for topic in TOPICS.values():
            kept = LogRecord.objects.filter(topic=topic.name).aggregate(n=Count("pk"), oldest=Min("timestamp"))
            since = f", oldest {kept['oldest']:%Y-%m-%d %H:%M}" if kept["oldest"] else ""
            self.stdout.write(f"{topic.name}: {kept['n']} records kept{since}, for at least {topic.keep}")
            for group in topic.groups:
                self.stdout.write(f"    {group}: {_lag(topic, group)} behind")
        for found in blocked(now=clock.now()):
            self.stdout.write(f"{found.group} keeps {found.records} records of {found.topic} from being removed.")

    def _write_contracts(self) -> None:
        contracts.folder().mkdir(parents=True, exist_ok=True)
        for name, text in contracts.files().items():
            (contracts.folder() / name).write_text(text)
            self.stdout.write(f"docs/contracts/{name}")

    def _on_kafka(self, action: str) -> None:
        if not settings.KAFKA:
            raise CommandError("KAFKA_BOOTSTRAP_SERVERS is not set: there are no topics but those of the database.")
        from ingestion.eventlog.administration import Topics  # librdkafka is loaded only where it is used

        try:
            if action == "create":
                created = Topics().create()
                self.stdout.write("\n".join(f"Created {name}." for name in created) or "All topics are there.")
            elif drift := list(Topics().drift()):
                raise CommandError("\n".join(difference.sentence for difference in drift))
            else:
                self.stdout.write("The topics on Kafka are as declared.")
        except (ConsumerStopped, TransientError) as error:
            raise CommandError(str(error)) from error

    def _recreate(self) -> None:
        done = recreate(above=_seen_on_kafka())
        self.stdout.write(f"Generation {done.epoch}. {done.lifted} records are still to be read in it.")
        for line in done.lost:
            self.stdout.write(f"Stepped over: {line}.")


def _lag(topic: Topic, group: str) -> int:
    ends = LogPartition.objects.filter(topic=topic.name).aggregate(n=Sum("next_offset"))["n"] or 0
    begins = LogPartition.objects.filter(topic=topic.name).aggregate(n=Sum("first_offset"))["n"] or 0
    positions = LogPosition.objects.filter(topic=topic.name, group=group)
    reached = positions.aggregate(n=Sum("next_offset"))["n"]
    return int(ends - (begins if reached is None else reached))


def _seen_on_kafka() -> int:
    """The newest generation there; a new one must be above it."""
    try:
        return seen_elsewhere()
    except (ConsumerStopped, TransientError) as error:
        raise CommandError(f"{error} It has to say which generations it has seen.") from error
