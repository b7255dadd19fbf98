"""Watch the demo's invented products, or clear them away again."""

from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from arbitrage_site.clock import now
from ingestion import demo


class Command(BaseCommand):
    help = "Watch the demo's products; ordinary polling of the simulator then fills them in. --clear removes them."
    requires_system_checks: list[str] = []  # one of them refuses demo rows beside a real key, which --clear mends

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--products", type=int, default=demo.PRODUCTS, help="how many, 1 to 5000")
        parser.add_argument("--clear", action="store_true", help="remove every demo row instead")

    def handle(self, *, products: int, clear: bool, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        if clear:
            for part in settings.DEMO_PARTS:
                import_module(part).clear()
            self.stdout.write(f"Removed {demo.clear()} demo products and all that belonged to them.")
            return
        if not settings.DEMO:
            message = "load_demo writes invented products, so it needs DEMO=1; use --clear to remove them."
            raise CommandError(message)
        if not 1 <= products <= demo.PRODUCTS:
            message = f"--products is {products}; it must be from 1 to {demo.PRODUCTS}."
            raise CommandError(message)
        for part in settings.DEMO_PARTS:
            import_module(part).load()
        added = demo.watch(products, now())
        known = f"{products - added} were watched already"
        self.stdout.write(f"Demo: {added} products added to the watchlist, {known}; polling fills them in.")
