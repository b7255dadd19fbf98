"""The whole list under a scenario, as the what-if page ranks it."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arbitrage.economics.wording import money, percent
from arbitrage.whatif.asked import SHOWN, SORTS, Asked, NoProfile, read_asked
from arbitrage.whatif.fields import FIELDS
from arbitrage.whatif.service import RankedFlip, Ranking, rank
from arbitrage.whatif.terms import NotPriced
from arbitrage_site.clock import now
from products.marketplaces import MARKETPLACES

MOST = 1_000
_COLUMNS = (
    ("buy", 12),
    ("sell", 12),
    ("net", 12),
    ("ROI", 8),
    ("margin", 8),
    ("pay at most", 12),
    ("sell at least", 13),
    ("change", 12),
)


class Command(BaseCommand):
    help = (
        "Rank all watched products under other terms, saving nothing: whatif --set prep=1.00 --set country=DE."
        " Amounts are EUR, shares percent, as on the page. Fields: " + ", ".join(field.name for field in FIELDS)
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", dest="changes")
        parser.add_argument("--profile", default="", help="number of the profile to begin with; else the default one")
        parser.add_argument("--source", default="", help="only bought in: " + ", ".join(MARKETPLACES))
        parser.add_argument("--target", default="", help="only sold in")
        parser.add_argument("--show", default="", help=", ".join(SHOWN))
        parser.add_argument("--sort", default="", help=", ".join(SORTS))
        parser.add_argument("--limit", type=int, default=20, help="rows to print")

    def handle(self, *, changes: list[str], limit: int, **options: Any) -> None:
        if not 1 <= limit <= MOST:
            raise CommandError(f"--limit is {limit}; it must be between 1 and {MOST}.")
        given = {name: [options[name]] for name in ("profile", "source", "target", "show", "sort") if options[name]}
        try:
            asked = read_asked({**given, **_set(changes)})
            if asked.errors:
                raise CommandError("\n".join(asked.errors.values()))
            ranking = rank(asked, now(), limit=limit)
        except (NoProfile, NotPriced) as error:
            raise CommandError(str(error)) from error
        for line in _lines(asked, ranking):
            self.stdout.write(line)


def _set(changes: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise CommandError(f"--set {change} has no equals sign; write it as --set prep=1.00.")
        found.setdefault(name.strip(), []).append(value)
    return found


def _lines(asked: Asked, ranking: Ranking) -> Iterator[str]:
    totals = ranking.totals
    moved = f"{totals.newly} new, {totals.lost} lost"
    yield f"{asked.base.name}, {asked.scenario.address() or 'unchanged'}: {ranking.products} products"
    yield f"{'qualify':10} {totals.qualify_before} before, {totals.qualify_after} after ({moved})"
    yield f"{'net profit':10} {money(totals.net_before, 'EUR')} before, {money(totals.net_after, 'EUR')} after"
    if ranking.rows:
        yield f"{'ASIN':10} {'route':8}" + "".join(f"{name:>{width + 1}}" for name, width in _COLUMNS)
    for row in ranking.rows:
        yield _row(row)
    if ranking.count > len(ranking.rows):
        yield f"{ranking.count - len(ranking.rows)} more."


def _row(row: RankedFlip) -> str:
    cells = (
        money(row.buy_price, row.buy_currency),
        money(row.sell_price, row.currency),
        "no price" if row.net is None else money(row.net, row.currency),
        "" if row.roi is None else percent(row.roi * 100),
        "" if row.margin is None else percent(row.margin * 100),
        "none" if row.max_buy is None else money(row.max_buy, row.buy_currency),
        "none" if row.break_even is None else money(row.break_even, row.currency),
        money(row.change_eur, "EUR"),
    )
    aligned = (f"{cell:>{width + 1}}" for cell, (_, width) in zip(cells, _COLUMNS, strict=True))
    return f"{row.asin} {row.source} > {row.target} " + "".join(aligned)
