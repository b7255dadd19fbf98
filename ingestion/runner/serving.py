"""Consumers as processes: what run_consumers, consume_raw and their sisters have in common."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime

from django.core.management.base import CommandError, CommandParser

from arbitrage_site import clock
from arbitrage_site.prepare import require_database
from ingestion.errors import ConsumerStopped
from ingestion.eventlog.opening import open_reader
from ingestion.eventlog.owners import new_owner
from ingestion.runner.breaker import Breaker
from ingestion.runner.collector import collect_rarely
from ingestion.runner.consumers import Accompanied, load
from ingestion.runner.loop import Runner
from ingestion.runner.rounds import Rounds


def add_arguments(parser: CommandParser) -> None:
    """The options of every command that consumes."""
    parser.add_argument("--until-end", action="store_true", help="End when all records there are now have been passed.")
    parser.add_argument(
        "--accept-floods", action="store_true", help="Set bad records aside however many there are in a row."
    )


def serve(
    paths: Sequence[str],
    *,
    until_end: bool,
    accept_floods: bool,
    between: Sequence[Callable[[datetime], None]] = (),
) -> None:
    """Run the consumers at these dotted paths until SIGTERM, SIGINT or, if wished, the end of their topics."""
    require_database()
    try:
        consumers = [load(path) for path in paths]
    except ConsumerStopped as error:
        raise CommandError(str(error)) from error
    collect_rarely()
    owner = new_owner()
    runners = [
        Runner(consumer, open_reader(consumer.group, consumer.topics, owner), breaker=Breaker(is_open=accept_floods))
        for consumer in consumers
    ]
    beside = [consumer for consumer in consumers if isinstance(consumer, Accompanied)]
    with ExitStack() as running:
        for each in beside:
            running.callback(each.stop)
            each.start()
        stopped = Rounds(runners, clock=clock.now, between=between).run(until_end=until_end)
    if until_end:
        stopped += [reason for each in beside if (reason := each.finish())]
        if stopped:
            raise CommandError(" ".join(stopped))
