"""What a threshold would have earned in the past."""

import json
from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arbitrage.backtest.assumptions import Assumptions, ImpossibleAssumption, Placebo
from arbitrage.backtest.plain import plain
from arbitrage.backtest.service import known_asins, run_backtest
from arbitrage.backtest.wording import lines
from arbitrage.economics.loading import named_profile
from arbitrage.economics.profiles import Profile, UnusableProfile
from arbitrage.economics.rates import InvalidRate
from arbitrage_site.clock import now
from products.marketplaces import MARKETPLACES, PAIRS

GIVEN = ("days", "lag", "seed")


class Command(BaseCommand):
    help = "Try a threshold on the past of the products that are known: backtest --min-roi 20. It sends nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("asins", nargs="*", metavar="ASIN", help="all known products without one")
        parser.add_argument("--limit", type=int, help="of all known products only so many")
        parser.add_argument("--source", default="", help="buy only there")
        parser.add_argument("--target", default="", help="sell only there")
        parser.add_argument("--profile", default="", help="name of a seller profile; the default one without it")
        parser.add_argument("--min-roi", help="percent; the profile's without it")
        parser.add_argument("--min-profit", help="EUR; the profile's without it")
        parser.add_argument("--days", type=int, help="how far back (365)")
        parser.add_argument("--lag", type=int, help="days until goods are on sale (14, in November and December 28)")
        parser.add_argument("--seed", type=int, help="of the intervals (1)")
        parser.add_argument("--placebo", choices=list(Placebo), help="a signal that knows nothing, for comparison")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, asins: list[str], profile: str, **options: Any) -> None:
        pairs = [pair for pair in PAIRS if _wanted(pair, options["source"].upper(), options["target"].upper())]
        tested = _asins(asins, options["limit"])
        try:
            seller = named_profile(profile)
            report = run_backtest(tested, pairs, seller, _rules(seller, options), now=now())
        except (ImpossibleAssumption, InvalidRate, UnusableProfile) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(plain(report)))
            return
        for line in lines(report):
            self.stdout.write(line)


def _rules(seller: Profile, options: dict[str, Any]) -> Assumptions:
    given = {name: options[name] for name in GIVEN if options[name] is not None}
    return Assumptions(
        min_roi=_hundredths("--min-roi", options["min_roi"], seller.min_roi),
        min_profit=_hundredths("--min-profit", options["min_profit"], seller.min_profit),
        placebo=Placebo(options["placebo"]) if options["placebo"] else None,
        **given,
    )


def _hundredths(name: str, text: str | None, default: int) -> int:
    if text is None:
        return default
    try:
        return int((Decimal(text) * 100).to_integral_exact())
    except (ArithmeticError, ValueError) as error:
        message = f"{name} is {text[:40]!r}; give a number such as 15 or 3.50."
        raise CommandError(message) from error


def _wanted(pair: tuple[str, str], source: str, target: str) -> bool:
    for code in (source, target):
        if code and code not in MARKETPLACES:
            message = f"{code[:40]!r} is no marketplace; the five are {', '.join(MARKETPLACES)}."
            raise CommandError(message)
    if source and source == target:
        message = f"A flip needs two marketplaces, not {source} twice."
        raise CommandError(message)
    return source in {"", pair[0]} and target in {"", pair[1]}


def _asins(given: list[str], limit: int | None) -> list[str]:
    if limit is not None and limit < 1:
        message = f"--limit is {limit}; it must be at least 1."
        raise CommandError(message)
    known = known_asins()
    if not given:
        if not known:
            message = "No listing is known yet; watch a product and wait for its first poll."
            raise CommandError(message)
        return known[:limit]
    wanted = list(dict.fromkeys(asin.upper() for asin in given))
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        message = f"Nothing is known about {', '.join(unknown)[:200]}; watch the product and wait for its first poll."
        raise CommandError(message)
    return wanted
