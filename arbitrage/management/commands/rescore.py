"""Judge opportunities again, for example after the rules of the score changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from arbitrage.detection import recompute
from arbitrage_site.clock import now
from products.models import Product


class Command(BaseCommand):
    help = "Have the detector judge and score products again: the named ones, else all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("asins", nargs="*", metavar="ASIN")

    def handle(self, *, asins: list[str], **_: Any) -> None:
        count = recompute.request(_known(asins), now())
        self.stdout.write(f"Asked for {count} products; the detector takes them in turn.")


def _known(asins: list[str]) -> list[str]:
    """The named products, or all. A name that nobody knows is refused."""
    every = Product.objects.values_list("asin", flat=True)
    if not asins:
        return list(every)
    wanted = {asin.strip().upper() for asin in asins}
    known = set(every.filter(asin__in=wanted))
    if unknown := sorted(wanted - known):
        raise CommandError(f"No product {', '.join(unknown)} is known here; add it to the watchlist first.")
    return sorted(known)
