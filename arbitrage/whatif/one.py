"""One product under a scenario: a flip line by line, beside what it earns without the changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from arbitrage.detection.profile_terms import ProfileTerms
from arbitrage.economics.flip import Flip, evaluate
from arbitrage.economics.inputs import flip_inputs
from arbitrage.economics.limits import break_even, max_buy
from arbitrage.economics.loading import load_overrides
from arbitrage.economics.missing import Incomplete
from arbitrage.economics.overrides import Overrides
from arbitrage.product_page.sources import SourceFigure, figures_of
from arbitrage.product_page.waterfall import Group, groups
from arbitrage.whatif.asked import Asked
from arbitrage.whatif.scenario import Scenario
from arbitrage.whatif.shifting import shifted_inputs
from arbitrage.whatif.terms import rate_keeper, terms_of
from products.marketplaces import PAIRS
from products.models import Listing, Product

Pair = tuple[str, str]
UNCHANGED = Scenario()


@dataclass(frozen=True, slots=True)
class OneFlip:
    """A flip of a product under the scenario, or why it has no price; `before` is the profile's own.

    `max_buy` (source currency) meets the scenario's target ROI; `pairs` are all routes between known listings.
    """

    source: str
    target: str
    flip: Flip | None
    missing: str
    before: Flip | None
    max_buy: int | None
    break_even: int | None
    groups: Sequence[Group]
    keepa: Sequence[SourceFigure]
    pairs: Sequence[str]

    @property
    def change(self) -> int | None:
        """What the scenario adds, in the target's minor units."""
        return self.flip.net - self.before.net if self.flip and self.before else None


def one_flip(product: Product, asked: Asked, wanted: str, now: datetime) -> OneFlip | None:
    """The wanted route, like IT-DE, else the one that earns most; None until two listings are known.

    Raises NotPriced where the profile or a rate cannot be used.
    """
    rows = Listing.objects.filter(product=product).defer("history_base", "history_tail")
    listings = {row.marketplace: row for row in rows}
    pairs = [pair for pair in PAIRS if pair[0] in listings and pair[1] in listings]
    if not pairs:
        return None
    rates, overrides = rate_keeper.current(now), load_overrides([product.pk])
    terms = terms_of(asked.scenario.applied(asked.base), rates, now)
    found = {pair: _evaluated(listings, pair, terms, asked.scenario, overrides) for pair in pairs}
    pair = next((pair for pair in pairs if "-".join(pair) == wanted), None) or max(pairs, key=lambda p: _net(found[p]))
    before = _evaluated(listings, pair, terms_of(asked.base, rates, now), UNCHANGED, overrides)
    return _shown(found[pair], before, pair, terms, listings, pairs)


def _evaluated(
    listings: Mapping[str, Listing], pair: Pair, terms: ProfileTerms, scenario: Scenario, overrides: Overrides
) -> Flip | Incomplete:
    source, target = (listings[code] for code in pair)
    inputs = flip_inputs(source, target, terms.routes.of(source.product_id, pair, overrides))
    return inputs if isinstance(inputs, Incomplete) else evaluate(shifted_inputs(inputs, scenario))


def _net(result: Flip | Incomplete) -> tuple[bool, int]:
    return (False, 0) if isinstance(result, Incomplete) else (True, result.net_eur)


def _shown(
    result: Flip | Incomplete,
    before: Flip | Incomplete,
    pair: Pair,
    terms: ProfileTerms,
    listings: Mapping[str, Listing],
    pairs: Sequence[Pair],
) -> OneFlip:
    flip = None if isinstance(result, Incomplete) else result
    return OneFlip(
        source=pair[0],
        target=pair[1],
        flip=flip,
        missing=f"It {result.sentence()}." if isinstance(result, Incomplete) else "",
        before=None if isinstance(before, Incomplete) else before,
        max_buy=max_buy(flip.inputs, roi=terms.target_roi) if flip else None,
        break_even=break_even(flip.inputs) if flip else None,
        groups=groups(flip) if flip else (),
        keepa=figures_of(listings[pair[0]], listings[pair[1]]),
        pairs=["-".join(each) for each in pairs],
    )
