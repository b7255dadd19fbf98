"""Serve invented products as Keepa would, on this machine only."""

import signal
from argparse import ArgumentParser
from threading import Thread
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ingestion.simulator.app import Simulator
from ingestion.simulator.clock import SimulatedClock
from ingestion.simulator.market import Market
from ingestion.simulator.server import UnusableAddress, listen


class Command(BaseCommand):
    """`manage.py keepa_simulator`: runs until SIGTERM or SIGINT."""

    help = "Serve a simulated Keepa API with invented products, for the demo and for trying things out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--bind", default=settings.SIMULATOR_BIND, help="loopback address and port")
        parser.add_argument("--seed", type=int, default=1, help="another seed, another world")
        parser.add_argument("--rate", type=int, default=2_000, help="tokens a minute; the bucket starts full")
        parser.add_argument("--tempo", type=float, default=40.0, help="how many times faster prices change than usual")
        parser.add_argument("--speed", type=float, default=1.0, help="how many times faster the clock runs")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Serve until told to stop."""
        clock = SimulatedClock(speed=options["speed"])
        market = Market(
            seed=options["seed"],
            live_since=clock.minute(),
            tempo=options["tempo"],
            refresh_minutes=settings.KEEPA_REFRESH_MINUTES,
        )
        simulator = Simulator(key=settings.SIMULATOR_KEY, clock=clock, rate=options["rate"], market=market)
        try:
            server = listen(options["bind"], simulator)
        except UnusableAddress as error:
            raise CommandError(str(error)) from None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: Thread(target=server.shutdown, daemon=True).start())
        self.stdout.write(f"Simulated Keepa on http://{options['bind']}, {options['rate']} tokens a minute.")
        server.serve_forever(poll_interval=0.1)
        server.server_close()
        self.stdout.write("Simulated Keepa stopped.")
