"""What the page of one product shows: its listings, all twenty flips of a profile, and one of them line by line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from arbitrage.economics.flip import Flip, evaluate
from arbitrage.economics.inputs import flip_inputs
from arbitrage.economics.limit_wording import further_texts
from arbitrage.economics.limits import break_even, max_buy
from arbitrage.economics.loading import load_overrides, load_rates, profile_of
from arbitrage.economics.missing import Incomplete
from arbitrage.economics.overrides import RouteTerms
from arbitrage.economics.profiles import Profile, PurchaseVat, UnusableProfile
from arbitrage.economics.turnover import warnings
from arbitrage.models import Opportunity, SellerProfile
from arbitrage.product_page.sources import SourceFigure, figures_of
from arbitrage.product_page.waterfall import Group, groups
from arbitrage.scoring.appraisal import Priced
from arbitrage.scoring.presentation import Shown, shown_flip
from products.marketplaces import CODES, PAIRS
from products.models import Listing, Product

Pair = tuple[str, str]
HISTORY_SHOWN = 20
USUAL_DAYS = 30
"""How long the money is tied up where nothing is known about sales."""


@dataclass(frozen=True, slots=True)
class Route:
    """One directed pair: an evaluated flip, or what is missing for it; and its open opportunity if it has one.

    `purchase_vat` is the one set for this very offer.
    """

    source: str
    target: str
    flip: Flip | None
    incomplete: Incomplete | None
    opportunity: Opportunity | None
    purchase_vat: PurchaseVat | None

    @property
    def name(self) -> str:
        """As it stands in the address: IT-DE."""
        return f"{self.source}-{self.target}"

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """Sorts profitable flips first, then what could be priced with more data, then what is out of stock."""
        out = self.incomplete is not None and self.incomplete.out_of_stock
        return (self.flip is None, out, -(self.flip.net_eur if self.flip else 0))


@dataclass(frozen=True, slots=True)
class Detail:
    """The chosen flip. `max_buy` (source currency) meets the profile's target ROI; `break_even` is a sale price.

    `annualised` is the ROI over a year (basis points) if the money is back after `days`; `limits` are further answers
    the other way round, label and text.
    """

    route: Route
    flip: Flip
    max_buy: int | None
    break_even: int | None
    limits: list[tuple[str, str]]
    annualised: int
    days: int
    groups: list[Group]
    keepa: list[SourceFigure]
    score: Shown


@dataclass(frozen=True, slots=True)
class MatrixLine:
    """All routes from one source; None where source and target are the same."""

    source: str
    cells: list[Route | None]


@dataclass(frozen=True, slots=True)
class ProductPage:
    """Everything but the chart. `history` are closed opportunities, newest first; `warnings` are about turnover.

    `refused` says why the profile cannot be used; empty where it can.
    """

    product: Product
    listings: list[Listing]
    profiles: list[SellerProfile]
    profile: SellerProfile | None
    routes: list[Route]
    chosen: Route | None
    detail: Detail | None
    history: list[Opportunity]
    warnings: tuple[str, ...]
    refused: str

    @property
    def matrix(self) -> list[MatrixLine]:
        """The routes as a table: a row for each source, a column for each target."""
        found = {(route.source, route.target): route for route in self.routes}
        codes = [row.marketplace for row in self.listings]
        return [MatrixLine(source, [found.get((source, target)) for target in codes]) for source in codes]


def product_page(product: Product, *, wanted: str, profile_number: str, now: datetime) -> ProductPage:
    """Read and evaluate; nine queries. `wanted` is a route like IT-DE, otherwise the best one is chosen."""
    listings = _listings(product)
    profiles = list(SellerProfile.objects.filter(enabled=True).order_by("-is_default", "name"))
    profile = _chosen_profile(profiles, profile_number)
    stored = _stored(product, most=len(PAIRS) * len(profiles) + HISTORY_SHOWN)
    seller, refused = _seller(profile)
    terms = RouteTerms(seller, load_rates(), now.date()) if seller and listings else None
    opened = {(row.source, row.target): row for row in stored if row.profile == profile and row.state == "open"}
    routes = _routes(listings, terms, opened) if terms else []
    chosen = next((route for route in routes if route.name == wanted), routes[0] if routes else None)
    return ProductPage(
        product=product,
        listings=listings,
        profiles=profiles,
        profile=profile,
        routes=routes,
        chosen=chosen,
        detail=_detail(chosen, profile, {row.marketplace: row for row in listings}, now),
        history=[row for row in stored if row.state == Opportunity.State.CLOSED][:HISTORY_SHOWN],
        warnings=warnings(seller) if seller else (),
        refused=refused,
    )


def _listings(product: Product) -> list[Listing]:
    rows = Listing.objects.filter(product=product).defer("history_base", "history_tail")
    return sorted(rows, key=lambda row: CODES.index(row.marketplace))


def _stored(product: Product, *, most: int) -> list[Opportunity]:
    """Open opportunities, then closed ones, the newest first."""
    rows = Opportunity.objects.filter(product=product).select_related("profile")
    return list(rows.order_by(F("closed_at").desc(nulls_first=True), "-opened_at")[:most])


def _chosen_profile(profiles: Sequence[SellerProfile], number: str) -> SellerProfile | None:
    return next((row for row in profiles if str(row.pk) == number), profiles[0] if profiles else None)


def _seller(profile: SellerProfile | None) -> tuple[Profile | None, str]:
    try:
        return (profile_of(profile), "") if profile else (None, "")
    except UnusableProfile as error:
        return None, str(error)


def _routes(listings: Sequence[Listing], terms: RouteTerms, opened: Mapping[Pair, Opportunity]) -> list[Route]:
    """All pairs of marketplaces that Keepa answered for, the best first."""
    asin = listings[0].product_id
    overrides = load_overrides([asin])
    by_code = {row.marketplace: row for row in listings}
    routes = []
    for pair in PAIRS:
        source, target = pair
        if source in by_code and target in by_code:
            inputs = flip_inputs(by_code[source], by_code[target], terms.of(asin, pair, overrides))
            missing = inputs if isinstance(inputs, Incomplete) else None
            flip = None if isinstance(inputs, Incomplete) else evaluate(inputs)
            routes.append(Route(source, target, flip, missing, opened.get(pair), overrides.get((asin, source))))
    return sorted(routes, key=lambda route: route.rank)


def _detail(
    chosen: Route | None, profile: SellerProfile | None, listings: Mapping[str, Listing], now: datetime
) -> Detail | None:
    if chosen is None or chosen.flip is None or profile is None:
        return None
    flip, source, target = chosen.flip, listings[chosen.source], listings[chosen.target]
    priced = Priced(flip.inputs, flip.net, flip.net_eur, flip.roi, profile.min_roi, source.pk, target.pk)
    score = shown_flip(priced, chosen.opportunity, now)
    days = score.capital_days or USUAL_DAYS
    return Detail(
        route=chosen,
        flip=flip,
        max_buy=max_buy(flip.inputs, roi=profile.target_roi),
        break_even=break_even(flip.inputs),
        limits=further_texts(flip),
        annualised=flip.annualised(days),
        days=days,
        groups=groups(flip),
        keepa=figures_of(source, target),
        score=score,
    )
