"""Poll Keepa in the foreground: once what is due now, or on every tick until stopped."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from arbitrage_site.clock import now
from ingestion import polling
from ingestion.errors import KeepaError
from ingestion.keepa import paid
from products.configured import add_configured


class Command(BaseCommand):
    help = "Ask Keepa about every listing that is due, within the token balance. The worker does this by itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--forever", action="store_true", help="again on each tick, until SIGTERM or Ctrl-C")
        parser.add_argument("--requests", type=int, help="at most so many requests in a round")

    def handle(self, *, forever: bool, requests: int | None, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        if not settings.KEEPA_API_KEY:
            message = "KEEPA_API_KEY is not set, so there is nobody to ask. Set it in .env, or use DEMO=1."
            raise CommandError(message)
        stop = threading.Event()
        if forever:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
        with paid.from_settings() as client:
            _ask_about_the_key(client)
            self._round(client, requests)
            while forever and not stop.wait(settings.POLL_INTERVAL_SECONDS):
                self._round(client, requests)

    def _round(self, client: paid.PaidClient, requests: int | None) -> None:
        add_configured(now())
        try:
            outcome = polling.poll_due(client, only=requests)
        except KeepaError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{outcome.listings} listings in {outcome.requests} requests for {outcome.tokens} tokens, "
            f"{len(outcome.errors)} failed."
        )
        for sentence in dict.fromkeys(outcome.errors):
            self.stderr.write(sentence)


def _ask_about_the_key(client: paid.PaidClient) -> None:
    """A refused key is asked about only when a person says so, which is here; a good answer lifts the block."""
    if not client.bucket.state(now()).blocked_because:
        return
    try:
        client.token()
    except KeepaError as error:
        raise CommandError(str(error)) from None
