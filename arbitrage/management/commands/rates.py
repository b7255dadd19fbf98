"""The dated rates that hold on a day."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arbitrage.economics.loading import load_rates
from arbitrage.economics.missing import Missing
from arbitrage.economics.rates import EURO, Conversion, Rate, RateBook
from arbitrage.economics.wording import percent, quote
from arbitrage_site.clock import now
from products.marketplaces import MARKETPLACES


class Command(BaseCommand):
    help = "Print VAT, exchange rate and surcharges of a marketplace on a day: rates show DE 2026-09-15"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["show"])
        parser.add_argument("marketplace", help=", ".join(MARKETPLACES))
        parser.add_argument("day", nargs="?", default="", help="YYYY-MM-DD; today without it")
        parser.add_argument("--seller", default="DE", help="country the seller is established in")

    def handle(self, *, marketplace: str, day: str, seller: str, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        code = marketplace.upper()
        if code not in MARKETPLACES:
            message = f"{marketplace} is no marketplace; the five are {', '.join(MARKETPLACES)}."
            raise CommandError(message)
        on = _day(day) if day else now().date()
        book = load_rates()
        for line in _lines(book, code, seller.upper(), on):
            self.stdout.write(line)
        for sentence in book.overlaps():
            self.stderr.write(f"Overlap: {sentence}. Days on which both hold count as missing.")


def _lines(book: RateBook, code: str, seller: str, on: date) -> Iterator[str]:
    yield f"{code} on {on}"
    yield _rate("VAT, standard", book.vat_rate(code, on))
    yield _conversion(book.conversion(EURO, MARKETPLACES[code].currency, on))
    yield _rate("fuel surcharge on FBA fees", book.fuel(code, on))
    yield _rate(f"digital services fee, seller from {seller}", book.digital_services(seller, code, on))


def _rate(name: str, answer: Rate | Missing) -> str:
    if isinstance(answer, Missing):
        return f"  {name}: missing ({answer.text})"
    until = f" to {answer.valid_to}" if answer.valid_to else ""
    base = ", FBA fees included" if answer.on_fulfilment else ""
    return f"  {name}: {percent(answer.ppm)}{base} (from {answer.valid_from}{until}; {answer.source})"


def _conversion(answer: Conversion | Missing) -> str:
    if isinstance(answer, Missing):
        return f"  exchange rate: missing ({answer.text})"
    if answer.day is None:
        return "  exchange rate: none, prices are in EUR"
    stale = ", stale" if answer.is_stale else ""
    return f"  exchange rate: {quote(answer)} (of {answer.day}, {answer.age} days old{stale}; {answer.source})"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{text} is no day; write it as 2026-09-15."
        raise CommandError(message) from error
