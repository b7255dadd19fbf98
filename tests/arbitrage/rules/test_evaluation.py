from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest

from arbitrage.rules.evaluation import Rule, alert_id, alert_of, fires
from ingestion.events import FlipNumbers, OpportunityChanged

RULE = Rule(
    id=3,
    name="Good",
    profile="Germany, one registration",
    states=frozenset({"opened"}),
    min_score=70,
    min_net=500,
    severity="warning",
)
NUMBERS = FlipNumbers(
    buy_price=4999,
    buy_currency="EUR",
    sell_price=7999,
    currency="EUR",
    fees=1538,
    net=936,
    net_eur=936,
    roi=2203,
    margin=1392,
    max_buy=5087,
    is_estimate=False,
)
EVENT = OpportunityChanged(
    event_id=UUID(int=1),
    occurred_at=datetime(2026, 11, 20, 12, tzinfo=UTC),
    asin="B0TEST0001",
    opportunity_id=UUID(int=2),
    source="UK",
    target="DE",
    profile="Germany, one registration",
    state="opened",
    reason="",
    numbers=NUMBERS,
    score=78,
)


def event(*, net_eur: int = 936, **changes: Any) -> OpportunityChanged:
    numbers = msgspec.structs.replace(NUMBERS, net_eur=net_eur)
    return msgspec.structs.replace(EVENT, numbers=numbers, **changes)


@pytest.mark.parametrize(
    ("happened", "fired"),
    [
        (event(), True),
        (event(score=70, net_eur=500), True),
        (event(score=69), False),
        (event(net_eur=499), False),
        (event(state="reopened"), False),
        (event(state="closed"), False),
        (event(profile="Somebody else"), False),
    ],
)
def test_a_rule_fires_when_all_its_conditions_hold(happened: OpportunityChanged, fired: bool) -> None:
    assert fires(RULE, happened) is fired


def test_the_id_is_stable_and_differs_by_rule_and_event() -> None:
    assert alert_id(3, UUID(int=1)) == alert_id(3, UUID(int=1))
    assert len({alert_id(rule, UUID(int=cause)) for rule in (1, 2) for cause in (1, 2)}) == 4


def test_an_alert_carries_rule_numbers_and_both_links() -> None:
    alert = alert_of(RULE, EVENT)
    assert (alert.rule, alert.severity, alert.numbers, alert.occurred_at) == (
        "Good",
        "warning",
        NUMBERS,
        EVENT.occurred_at,
    )
    assert alert.source_url == "https://www.amazon.co.uk/dp/B0TEST0001"
    assert alert.target_url == "https://www.amazon.de/dp/B0TEST0001"
    assert alert.alert_id == alert.event_id == alert_id(RULE.id, EVENT.event_id)


def test_a_renamed_rule_keeps_the_ids_of_its_alerts() -> None:
    assert alert_of(replace(RULE, name="Better"), EVENT).alert_id == alert_of(RULE, EVENT).alert_id


def test_a_rule_hears_of_an_estimate_that_became_certain_only_if_it_listens() -> None:
    confirmed = event(state="improved", reason="confirmed")
    assert not fires(RULE, confirmed)
    assert fires(replace(RULE, states=frozenset({"confirmed"})), confirmed)
    assert fires(replace(RULE, states=frozenset({"improved"})), confirmed)
    assert not fires(replace(RULE, states=frozenset({"confirmed"})), event(state="improved", reason=""))
