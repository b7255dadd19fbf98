from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from django.db import transaction

from arbitrage.models import Alert, AlertRule, Opportunity
from arbitrage.rules import AlertConsumer
from ingestion.eventlog.base import Record
from ingestion.eventlog.values import unpack
from ingestion.events import AlertRaised, ProductEnriched, decode, encode
from ingestion.models import LogRecord
from tests import factories
from tests.arbitrage.rules.test_evaluation import EVENT
from tests.factories import NOON

pytestmark = pytest.mark.django_db
TOPIC = "arbitrage.opportunities"


@pytest.fixture
def opportunity() -> Opportunity:
    return factories.opportunity(factories.product(), id=EVENT.opportunity_id)


def record(*, offset: int = 0, **changes: Any) -> Record:
    event = msgspec.structs.replace(EVENT, **{"event_id": UUID(int=offset + 1), **changes})
    return Record(TOPIC, 3, offset, event.asin, encode(event), NOON, 1)


def consume(*records: Record) -> list[int]:
    effects = AlertConsumer().prepare(records, NOON)
    with transaction.atomic():
        effects.write()
    return [aside.offset for aside, _ in effects.set_aside]


def raised() -> list[AlertRaised]:
    rows = LogRecord.objects.filter(topic="arbitrage.alerts").order_by("pk")
    return [decode(AlertRaised, unpack(row.value)) for row in rows]


def test_an_installation_begins_with_one_rule() -> None:
    rule = AlertRule.objects.get()
    assert (rule.states, rule.min_score, rule.min_net, rule.enabled) == (["opened", "confirmed"], 70, 500, True)


def test_an_opened_opportunity_becomes_an_alert_in_the_inbox_and_in_the_log(opportunity: Opportunity) -> None:
    consume(record())
    alert = Alert.objects.get()
    [event] = raised()
    assert (alert.pk, alert.opportunity, alert.state, alert.event_id) == (
        event.alert_id,
        opportunity,
        "opened",
        UUID(int=1),
    )
    assert (alert.numbers["net"], alert.numbers["score"]) == (936, 78)
    assert alert.numbers["source_url"] == event.source_url == "https://www.amazon.co.uk/dp/B0TEST0001"


def test_a_repeat_writes_nothing(opportunity: Opportunity) -> None:
    consume(record())
    consume(record())
    consume(record(), record())
    assert (Alert.objects.count(), len(raised())) == (1, 1)


def test_two_rules_raise_two_alerts_for_one_event(opportunity: Opportunity) -> None:
    factories.alert_rule("Another")
    consume(record())
    assert set(Alert.objects.values_list("rule__name", flat=True)) == {"Opportunity opened", "Another"}


def test_a_disabled_or_edited_rule_is_obeyed_at_once(opportunity: Opportunity) -> None:
    AlertRule.objects.update(enabled=False)
    consume(record(offset=0))
    AlertRule.objects.update(enabled=True, min_score=79)
    consume(record(offset=1))
    assert not Alert.objects.exists()


def test_records_of_products_are_passed_over(opportunity: Opportunity) -> None:
    event = ProductEnriched(event_id=uuid4(), occurred_at=NOON, asin="B0TEST0001", cause="recompute")
    assert consume(Record("products.enriched", 3, 0, "B0TEST0001", encode(event), NOON, 1)) == []
    assert not raised()


def test_an_opportunity_deleted_with_its_product_raises_nothing() -> None:
    assert consume(record()) == []
    assert not Alert.objects.exists()


def test_a_bad_record_is_set_aside_and_the_rest_goes_on(opportunity: Opportunity) -> None:
    bad = Record(TOPIC, 3, 4, "B0TEST0001", b"<html>", NOON, 1)
    assert consume(bad, record(offset=5)) == [4]
    assert Alert.objects.count() == 1


def test_the_built_in_rule_hears_of_an_estimate_that_became_certain(opportunity: Opportunity) -> None:
    consume(record(state="improved", reason="confirmed"), record(offset=1, state="improved"))
    alert = Alert.objects.get()
    assert (alert.state, alert.numbers["reason"]) == ("improved", "confirmed")


def test_a_rule_watches_the_default_profile_unless_it_names_another(opportunity: Opportunity) -> None:
    other = factories.profile(name="Another seller")
    AlertRule.objects.create(name="For the other", profile=other, states=["opened"], min_score=0, min_net=0)

    consume(record(), record(offset=1, profile="Another seller"))

    assert set(Alert.objects.values_list("rule__name", "event_id")) == {
        ("Opportunity opened", UUID(int=1)),
        ("For the other", UUID(int=2)),
    }
