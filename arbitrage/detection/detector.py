"""Judging a batch of products: every profile's flips against what is stored. Reads, and writes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from arbitrage.detection.cases import Case, case_of
from arbitrage.detection.changes import Changes
from arbitrage.detection.ledger import Books, Judged, keep_books
from arbitrage.detection.market import load_market
from arbitrage.detection.pricing import Flips, price_market
from arbitrage.detection.profile_terms import ProfileTerms
from arbitrage.detection.rows import standing_of
from arbitrage.detection.stored import FlipKey, Stored, key_of, load_stored
from arbitrage.detection.triggers import Trigger
from arbitrage.economics.flip import evaluate
from arbitrage.lifecycle import Decision, Reason, Step, decide
from products.models import PollTarget
from products.services import BestFlip

Heats = dict[tuple[str, str], int]


def detect(triggers: Mapping[str, Trigger], profiles: Sequence[ProfileTerms], now: datetime) -> Changes:
    """Price all pairs of these products for all profiles and decide what changes."""
    market = load_market(list(triggers), now)
    stored = load_stored(market.asins, now)
    flips = [price_market(terms, market) for terms in profiles]
    judged = [entry for each in flips for entry in _judged(each, stored, now)]
    judged += _without_profile(stored, profiles)
    books = keep_books(judged, triggers, now)
    return Changes(
        rows=books.rows,
        unchanged=books.unchanged,
        events=books.events,
        heats=_heats(judged, flips, stored),
        best=_best(flips, stored, _scores(stored, books)),
        now=now,
    )


def _judged(flips: Flips, stored: Stored, now: datetime) -> Iterator[Judged]:
    """The flips of a profile that qualify or have an open row, each with its next step."""
    profile = flips.terms
    keys = {(asin, *pair, profile.id) for asin, pair in flips.qualifying()}
    keys |= {key for key in stored.open_keys() if key[-1] == profile.id}
    for key in sorted(keys):
        yield _judge(flips, key, stored, now)


def _judge(flips: Flips, key: FlipKey, stored: Stored, now: datetime) -> Judged:
    asin, source, target, _ = key
    row = stored.rows.get(key)
    case = case_of(flips, asin, (source, target))
    flip = case.certainty if case else flips.at(asin, (source, target))
    decision = decide(standing_of(row) if row else None, flip, flips.terms.thresholds, now)
    return Judged(key, flips.terms.name, decision, row, case)


def _without_profile(stored: Stored, profiles: Sequence[ProfileTerms]) -> Iterator[Judged]:
    """Open rows whose profile is disabled or unusable: they end, because nobody would trade by it."""
    known = {terms.id for terms in profiles}
    for key in sorted(stored.open_keys()):
        if key[-1] not in known:
            row = stored.rows[key]
            yield Judged(key, row.profile.name, Decision(Step.CLOSED, Reason.PROFILE.value), row, None)


def _heats(judged: Sequence[Judged], flips: Sequence[Flips], stored: Stored) -> Heats:
    """The poll targets whose heat changes."""
    near = {(asin, code) for each in flips for asin, pair in each.near() for code in pair}
    held = [entry.key for entry in judged if entry.decision.step is not Step.CLOSED]
    opened = {(asin, code) for asin, source, target, _ in held for code in (source, target)}
    heat = PollTarget.Heat
    wanted = {at: heat.OPEN if at in opened else heat.NEAR if at in near else heat.COLD for at in stored.heats}
    return {at: int(value) for at, value in wanted.items() if value != stored.heats[at]}


def _scores(stored: Stored, books: Books) -> dict[FlipKey, int]:
    """The score of each open opportunity after this batch."""
    rows = [*stored.rows.values(), *books.rows]
    return {key_of(row): row.score for row in rows if row.closed_at is None}


def _best(flips: Sequence[Flips], stored: Stored, scores: Mapping[FlipKey, int]) -> dict[str, BestFlip | None]:
    """The products whose best flip, for the default profile, changes."""
    best: dict[str, BestFlip] = {}
    for each in flips:
        if each.terms.is_default:
            cases = (case_of(each, asin, pair) for asin, pair in each.best())
            best = {case.source.product_id: _best_flip(case, scores) for case in cases if case}
    return {asin: best.get(asin) for asin, before in stored.best.items() if best.get(asin) != before}


def _best_flip(case: Case, scores: Mapping[FlipKey, int]) -> BestFlip:
    """Only an opportunity has a score: for the others no history is unpacked."""
    source, target = case.source.marketplace, case.target.marketplace
    return BestFlip(
        score=scores.get((case.source.product_id, source, target, case.terms.id)),
        net=case.figures.net_eur,
        roi=case.figures.roi,
        margin=evaluate(case.inputs).margin,
        source=source,
        target=target,
    )
