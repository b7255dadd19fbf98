"""The dated rates: what holds on a day, and loading the repository's files."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arbitrage.economics.loading import load_rates
from arbitrage.economics.missing import Missing
from arbitrage.economics.rates import EURO, STANDARD, Conversion, InvalidRate, Rate, RateBook
from arbitrage.economics.table_wording import table_lines
from arbitrage.economics.wording import percent, quote
from arbitrage.rate_files.files import RefusedRates
from arbitrage.rate_files.loading import load
from arbitrage_site.clock import now
from products.marketplaces import MARKETPLACES


class Command(BaseCommand):
    help = "Print the rates and fees of a marketplace on a day: rates show DE 2026-09-15. Load the files: rates load"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["show", "load"])
        parser.add_argument("marketplace", nargs="?", default="", help=", ".join(MARKETPLACES))
        parser.add_argument("day", nargs="?", default="", help="YYYY-MM-DD; today without it")
        parser.add_argument("--seller", default="DE", help="country the seller is established in")

    def handle(self, *, action: str, marketplace: str, day: str, seller: str, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        if action == "load":
            self._load()
        else:
            self._show(marketplace, day, seller)

    def _load(self) -> None:
        try:
            loaded = load()
        except RefusedRates as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{loaded.added} rows added, {loaded.changed} changed, {loaded.removed} removed;"
            f" {loaded.kept} that were edited here stay as they are."
        )

    def _show(self, marketplace: str, day: str, seller: str) -> None:
        code = marketplace.upper()
        if code not in MARKETPLACES:
            message = f"{marketplace} is no marketplace; the five are {', '.join(MARKETPLACES)}."
            raise CommandError(message)
        on = _day(day) if day else now().date()
        try:
            book = load_rates()
        except InvalidRate as error:
            raise CommandError(f"A rate cannot be used: {error}. Correct it in the admin.") from error
        for line in _lines(book, code, seller.upper(), on):
            self.stdout.write(line)
        for line in table_lines(book.tables.on(on), code):
            self.stdout.write(line)
        for sentence in book.overlaps():
            self.stderr.write(f"Overlap: {sentence}. Days on which both hold count as missing.")


def _lines(book: RateBook, code: str, seller: str, on: date) -> Iterator[str]:
    yield f"{code} on {on}"
    yield _rate("VAT, standard", book.vat_rate(code, on))
    for country, tax_class in sorted(book.vat):
        if country == code and tax_class != STANDARD:
            yield _rate(f"VAT, {tax_class}", book.vat_rate(code, on, tax_class))
    yield _conversion(book.conversion(EURO, MARKETPLACES[code].currency, on))
    yield _rate("fuel surcharge on FBA fees", book.fuel(code, on))
    yield _rate(f"digital services fee, seller from {seller}", book.digital_services(seller, code, on))


def _rate(name: str, answer: Rate | Missing) -> str:
    if isinstance(answer, Missing):
        return f"  {name}: missing ({answer.text})"
    until = f" to {answer.valid_to}" if answer.valid_to else ""
    base = ", FBA fees included" if answer.on_fulfilment else ""
    return (
        f"  {name}: {percent(answer.ppm)}{base} (from {answer.valid_from}{until}; {answer.source}; {answer.confidence})"
    )


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
