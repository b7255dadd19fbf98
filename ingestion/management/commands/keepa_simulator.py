"""Serve invented products as Keepa would, on this machine only."""

import signal
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ingestion.simulator.answer_key import AnswerKey
from ingestion.simulator.app import CATALOGUE_SIZE, Simulator
from ingestion.simulator.beginnings import beginning
from ingestion.simulator.clock import SimulatedClock
from ingestion.simulator.faults import FaultKind, Faults, parse_faults
from ingestion.simulator.market import Market
from ingestion.simulator.server import UnusableAddress, listen


class Command(BaseCommand):
    """`manage.py keepa_simulator`: runs until SIGTERM or SIGINT."""

    help = "Serve a simulated Keepa API with invented products, for the demo and for trying things out."
    requires_system_checks: list[str] = []  # it needs neither the database nor a key

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--bind", default=settings.SIMULATOR_BIND, help="loopback address and port")
        parser.add_argument("--seed", type=int, default=1, help="another seed, another world")
        parser.add_argument("--rate", type=int, default=2_000, help="tokens a minute")
        parser.add_argument("--balance", type=int, help="tokens to begin with; without it the bucket is full")
        parser.add_argument("--tempo", type=float, default=40.0, help="how many times faster than usual prices change")
        parser.add_argument("--speed", type=float, default=1.0, help="how many times faster the clock runs")
        parser.add_argument("--products", type=int, default=CATALOGUE_SIZE, help="size of the catalogue")
        parser.add_argument(
            "--faults", default="", help=f"such as 500:0.02,slow:0.01; there are {', '.join(FaultKind)}"
        )
        parser.add_argument("--planted", type=Path, help="file for the flips that are really there, for comparison")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Serve until told to stop."""
        simulator = _simulator(options)
        try:
            server = listen(options["bind"], simulator)
        except UnusableAddress as error:
            raise CommandError(str(error)) from None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: Thread(target=server.shutdown, daemon=True).start())
        with ExitStack() as stack:
            stack.callback(server.server_close)
            if options["planted"]:
                stack.callback(_write_answer_key(options, simulator).stop)
            self.stdout.write(_greeting(options))
            self.stdout.flush()
            server.serve_forever(poll_interval=0.1)
        self.stdout.write("Simulated Keepa stopped.")


def _simulator(options: dict[str, Any]) -> Simulator:
    if options["rate"] < 1 or options["tempo"] <= 0 or options["speed"] < 0:
        raise CommandError("--rate must be at least 1, --tempo more than 0 and --speed not negative.")
    try:
        faults = Faults(parse_faults(options["faults"]))
    except ValueError:
        message = f"--faults takes kinds and shares such as 500:0.02,slow:0.01; the kinds are {', '.join(FaultKind)}."
        raise CommandError(message) from None
    clock = SimulatedClock(speed=options["speed"])
    seed, tempo = options["seed"], options["tempo"]
    since = beginning(settings.VAR_DIR / "simulator.json", seed=seed, tempo=tempo, now=clock.minute())
    return Simulator(
        key=settings.SIMULATOR_KEY,
        clock=clock,
        rate=options["rate"],
        balance=options["balance"],
        market=Market(seed=seed, live_since=since, tempo=tempo, refresh_minutes=settings.KEEPA_REFRESH_MINUTES),
        catalogue_size=options["products"],
        faults=faults,
    )


def _write_answer_key(options: dict[str, Any], simulator: Simulator) -> AnswerKey:
    key = AnswerKey(options["planted"], market=simulator.market, clock=simulator.clock, size=options["products"])
    Thread(target=key.run, daemon=True).start()
    return key


def _greeting(options: dict[str, Any]) -> str:
    return (
        f"Simulated Keepa on http://{options['bind']}: {options['products']} invented products, "
        f"{options['rate']} tokens a minute, prices {options['tempo']:g} times as lively as usual."
    )
