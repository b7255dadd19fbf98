"""One flip, line by line, as it can be checked by hand."""

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from arbitrage.economics.flip import Flip, evaluate
from arbitrage.economics.inputs import build_inputs
from arbitrage.economics.limit_wording import limit_texts
from arbitrage.economics.lines import Kind, Line
from arbitrage.economics.loading import load_overrides, load_rates, named_profile
from arbitrage.economics.missing import Incomplete
from arbitrage.economics.profiles import Profile, UnusableProfile
from arbitrage.economics.rates import InvalidRate
from arbitrage.economics.turnover import warnings
from arbitrage.economics.wording import money, money_or_none, percent
from arbitrage.models import Opportunity
from arbitrage.scoring.appraisal import Priced
from arbitrage.scoring.presentation import Shown, shown_flip
from arbitrage_site.clock import now
from products.marketplaces import MARKETPLACES
from products.models import Listing


class Command(BaseCommand):
    help = "Print every line of a flip with its rate, source and date: explain B00EXAMPLE IT DE"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("asin")
        parser.add_argument("source", help="marketplace to buy on: " + ", ".join(MARKETPLACES))
        parser.add_argument("target", help="marketplace to sell on")
        parser.add_argument("--profile", default="", help="name of a seller profile; the default one without it")
        parser.add_argument("--days", type=int, default=30, help="days the capital is tied, for the yearly ROI")

    def handle(self, *, asin: str, source: str, target: str, profile: str, days: int, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        if days < 1:
            message = f"--days is {days}; it must be at least 1."
            raise CommandError(message)
        legs = [_listing(asin.upper(), code.upper()) for code in (source, target)]
        if legs[0].marketplace == legs[1].marketplace:
            message = f"A flip needs two marketplaces, not {legs[0].marketplace} twice."
            raise CommandError(message)
        moment = now()
        try:
            seller, rates = named_profile(profile), load_rates()
        except (InvalidRate, UnusableProfile) as error:
            raise CommandError(str(error)) from error
        inputs = build_inputs(legs[0], legs[1], _for_offer(seller, legs[0]), rates, moment)
        self.stdout.write(f"{asin.upper()} {legs[0].marketplace} to {legs[1].marketplace}, {seller.name}")
        if isinstance(inputs, Incomplete):
            self.stdout.write(f"Not priced: {inputs.sentence()}.")
            self._print_turnover(seller)
            return
        flip = evaluate(inputs)
        self._print(flip, seller, days)
        self._print_turnover(seller)
        priced = Priced(inputs, flip.net, flip.net_eur, flip.roi, seller.min_roi, legs[0].pk, legs[1].pk)
        self._print_score(shown_flip(priced, _opened(legs, seller), moment))

    def _print_turnover(self, seller: Profile) -> None:
        for sentence in warnings(seller):
            self.stdout.write(f"Turnover: {sentence}")

    def _print_score(self, score: Shown) -> None:
        self.stdout.write(f"SCORE {score.total}, {score.level}, rules version {score.version}")
        for part in score.parts:
            self.stdout.write(f"  {part.label:40} {part.points:>3} of {part.weight}")
        for reason in score.reasons:
            limit = f" ({reason.limit})" if reason.limit else ""
            self.stdout.write(f"  {'+' if reason.favourable else '-'} {reason.text}{limit}")
        self.stdout.write("risk")
        for figure in score.figures:
            self.stdout.write(f"  {figure.label:40} {figure.text}")

    def _print(self, flip: Flip, seller: Profile, days: int) -> None:
        for kind in (Kind.REVENUE, Kind.FEE, Kind.COST, Kind.INFO):
            self.stdout.write(kind.value)
            for line in flip.lines:
                if line.kind is kind:
                    self.stdout.write(_text(line))
        for label, value in _results(flip, seller, days):
            self.stdout.write(f"{label:32} {value:>14}")
        for reason in flip.inputs.estimates:
            self.stdout.write(f"Estimate: {reason}.")
        for warning in flip.inputs.warnings:
            self.stdout.write(f"Sources differ: {warning}.")


def _text(line: Line) -> str:
    since = f"from {line.valid_from}" if line.valid_from else ""
    notes = "; ".join(part for part in (line.formula, line.rate, line.source, since) if part)
    return f"  {line.label:30} {money(line.amount, line.currency):>14}  {notes}"


def _results(flip: Flip, seller: Profile, days: int) -> list[tuple[str, str]]:
    results = [
        ("net revenue", money(flip.revenue, flip.currency)),
        ("fees", money(-flip.fees, flip.currency)),
        ("landed cost", money(-flip.cost, flip.currency)),
        ("NET PROFIT", money(flip.net, flip.currency)),
        ("ROI", percent(flip.roi * 100)),
        ("VAT paid first, refunded later", money(flip.vat_prefinanced, flip.currency)),
        ("cash tied up", money(flip.cash_tied, flip.currency)),
        ("ROI on the cash tied up", percent(flip.cash_roi * 100)),
        (f"ROI a year, {days} days a turn", percent(flip.annualised(days) * 100)),
        ("margin on net revenue", percent(flip.margin * 100)),
        ("net if the source VAT is lost", money_or_none(flip.net_if_vat_lost, flip.currency)),
        *limit_texts(flip, seller),
    ]
    if flip.expected:
        results.append(("net after expected returns", money(flip.expected.net, flip.currency)))
    return results


def _for_offer(seller: Profile, source: Listing) -> Profile:
    """The profile with the purchase VAT that was set for this very offer, if one was."""
    overrides = load_overrides([source.product_id])
    modes = {code: mode for (_, code), mode in overrides.items()}
    return replace(seller, purchase_vat={**seller.purchase_vat, **modes})


def _opened(legs: Sequence[Listing], seller: Profile) -> Opportunity | None:
    """The open opportunity of this flip, whose score is the one that the lists show."""
    rows = Opportunity.objects.filter(product_id=legs[0].product_id, state=Opportunity.State.OPEN)
    return rows.filter(source=legs[0].marketplace, target=legs[1].marketplace, profile__name=seller.name).first()


def _listing(asin: str, code: str) -> Listing:
    if code not in MARKETPLACES:
        message = f"{code} is no marketplace; the five are {', '.join(MARKETPLACES)}."
        raise CommandError(message)
    listing = Listing.objects.filter(product_id=asin, marketplace=code).first()
    if listing is None:
        message = f"Nothing is known about {asin} in {code}; watch the product and wait for its first poll."
        raise CommandError(message)
    return listing
