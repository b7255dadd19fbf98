"""A priced flip together with everything that explains it."""

from dataclasses import dataclass, replace

from arbitrage.detection.market import MarketListing
from arbitrage.detection.pricing import Flips, Pair
from arbitrage.detection.profile_terms import ProfileTerms
from arbitrage.economics.inputs import FlipInputs, flip_inputs
from arbitrage.economics.missing import Incomplete
from arbitrage.lifecycle import Figures
from arbitrage.scoring.appraisal import Priced


class Disagreement(Exception):
    """The kernel and the Decimal form price one flip differently: a programming error, so the detector stops."""


@dataclass(frozen=True, slots=True)
class Case:
    """A priced flip of a profile with its two listings and the inputs of the Decimal form."""

    terms: ProfileTerms
    source: MarketListing
    target: MarketListing
    figures: Figures
    inputs: FlipInputs

    @property
    def certainty(self) -> Figures:
        """The figures, and whether they are an estimate: only the Decimal form knows."""
        return replace(self.figures, is_estimate=self.inputs.is_estimate)

    @property
    def priced(self) -> Priced:
        """As the appraisal takes it."""
        return Priced(
            inputs=self.inputs,
            net=self.figures.net,
            net_eur=self.figures.net_eur,
            roi=self.figures.roi,
            min_roi=self.terms.thresholds.min_roi,
            source=self.source.id,
            target=self.target.id,
        )


def case_of(flips: Flips, asin: str, pair: Pair) -> Case | None:
    """The case of a flip that has a price now, else None. Raises Disagreement where only the kernel could price it."""
    figures = flips.at(asin, pair)
    if not isinstance(figures, Figures):
        return None
    source, target = (flips.market.listings[asin, code] for code in pair)
    terms = flips.terms.routes.of(asin, pair, flips.market.overrides)
    inputs = flip_inputs(source, target, terms, flips.market.tables)
    if isinstance(inputs, Incomplete):
        raise Disagreement(f"{asin} {pair[0]} to {pair[1]}: the kernel has a price, in Decimal it {inputs.sentence()}.")
    return Case(flips.terms, source, target, figures, inputs)
