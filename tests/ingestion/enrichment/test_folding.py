"""Snapshots of one truth end in one state, whatever the order, however often."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.enrichment import fold
from ingestion.enrichment.folding import accepted_groups, has_gap
from ingestion.enrichment.snapshots import snapshot_of
from ingestion.enrichment.state import BASE, BUYBOX, ListingState, Snapshot
from ingestion.eventlog.base import Record
from products.series import NEW, same
from tests.ingestion.enrichment.raw import MINUTE, csv_of, keepa_product, record
from tests.ingestion.enrichment.truth import Truth, truths


def folded(records: Iterable[Record]) -> ListingState:
    state = None
    for each in records:
        state = fold(state, snapshot_of(each))
    assert state is not None
    return state


def alike(left: ListingState, right: ListingState) -> bool:
    return replace(left, history={}) == replace(right, history={}) and same(left.history, right.history)


@settings(max_examples=150, deadline=None)
@given(truth=truths(), data=st.data())
def test_any_order_and_any_repetition_end_in_one_state(truth: Truth, data: st.DataObject) -> None:
    records = truth.records()
    repeated = data.draw(st.permutations(records + data.draw(st.lists(st.sampled_from(records), max_size=5))))
    assert alike(folded(repeated), folded(records))


@settings(max_examples=50, deadline=None)
@given(truth=truths())
def test_a_full_poll_at_the_end_leaves_no_gap(truth: Truth) -> None:
    last = record(offset=99, minute=MINUTE, asked=["history"], history_from=0)
    assert folded([*truth.records(), last]).coverage[BASE] == ((0, MINUTE),)


def _with_price(price: int, *, minute: int = MINUTE, offset: int = 0, epoch: int = 1) -> Snapshot:
    product = keepa_product(csv=csv_of({NEW: [MINUTE - 100, price]}), title=f"At {price}")
    return snapshot_of(record(product=product, minute=minute, offset=offset, epoch=epoch))


def test_the_newer_snapshot_wins_a_conflict_at_one_minute() -> None:
    older, newer = _with_price(100, minute=MINUTE - 50, offset=7), _with_price(200, minute=MINUTE, offset=3)
    for order in ((older, newer), (newer, older)):
        state = fold(fold(None, order[0]), order[1])
        assert state.history[NEW].values.tolist() == [200]
        assert state.base.title == "At 200"


def test_a_higher_epoch_wins_over_a_higher_offset() -> None:
    newer = _with_price(200, offset=1, epoch=2)
    state = fold(fold(None, newer), _with_price(100, offset=9, epoch=1))
    assert state.base.title == "At 200"


def test_a_group_that_was_not_asked_keeps_its_value_and_its_guard() -> None:
    box = keepa_product(stats={"buyBoxPrice": 1, "buyBoxSellerId": "SELLER"})
    state = fold(None, snapshot_of(record(asked=["history", "buybox"], minute=MINUTE - 60, product=box)))
    later = fold(state, snapshot_of(record(asked=["history"], offset=1)))
    assert later.buybox.buy_box_seller == "SELLER"
    assert later.guards[BUYBOX].minute == MINUTE - 60
    assert later.guards[BASE].minute == MINUTE


def test_an_older_snapshot_is_superseded_but_its_points_stay() -> None:
    state = fold(None, _with_price(100, minute=MINUTE, offset=5))
    product = keepa_product(csv=csv_of({NEW: [MINUTE - 9000, 70]}))
    late = snapshot_of(record(minute=MINUTE - 60, offset=2, product=product))
    assert not accepted_groups(state, late)
    assert fold(state, late).history[NEW].values.tolist() == [70, 100]


def test_a_window_that_begins_after_what_is_covered_leaves_a_gap() -> None:
    day = 1440
    first = snapshot_of(record(minute=MINUTE - 10 * day))
    state = fold(fold(None, first), snapshot_of(record(offset=1, history_from=MINUTE - 3 * day)))
    assert has_gap(state.coverage, BASE)
    between = snapshot_of(record(offset=2, minute=MINUTE - 2 * day, history_from=MINUTE - 12 * day))
    assert not has_gap(fold(state, between).coverage, BASE)


def test_checked_at_is_the_newest_answer() -> None:
    newest = record(minute=MINUTE)
    state = folded([newest, record(minute=MINUTE - 60, offset=1)])
    assert state.checked_at == newest.timestamp > newest.timestamp - timedelta(minutes=60)
