"""A broker that wants a sign-in: who has the right one is served, anybody else hears a sentence without a secret."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from arbitrage_site import clock, engines
from ingestion import kafka_checks
from ingestion.errors import ConsumerStopped
from ingestion.eventlog import broker
from ingestion.eventlog.administration import Topics
from ingestion.eventlog.kafka import KafkaReader
from ingestion.eventlog.relay import Relay
from ingestion.topics import TOPICS
from tests.services.signing_broker import PASSWORD, USER, SigningBroker, signing_broker

WRONG = "wrong-secret-of-kafka"
REFUSED = (
    r"Kafka at 127\.0\.0\.1:\d+ refuses the sign-in; check KAFKA_USERNAME, KAFKA_PASSWORD, KAFKA_SASL_MECHANISM and"
    r" KAFKA_SECURITY_PROTOCOL\."
)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SigningBroker]:
    with signing_broker(tmp_path_factory.mktemp("kafka")) as own:
        yield own


@pytest.fixture
def address(own: SigningBroker) -> str:
    return own.address


def sign_in(address: str, password: str, **changes: str) -> dict[str, str]:
    return {
        "bootstrap.servers": address,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.username": USER,
        "sasl.password": password,
        **changes,
    }


@pytest.mark.django_db(transaction=True)
def test_the_right_password_ships_and_reads(address: str, settings: Settings) -> None:
    settings.KAFKA = sign_in(address, PASSWORD)
    assert len(Topics().create()) == 2 * len(TOPICS)
    assert kafka_checks.check_kafka(None) == []
    relay = Relay("one")
    relay.turn(clock.now())
    relay.close()


@pytest.mark.django_db(transaction=True)
def test_a_wrong_password_stops_command_check_relay_and_reader(address: str, settings: Settings) -> None:
    settings.KAFKA = sign_in(address, WRONG)
    with pytest.raises(CommandError, match=REFUSED) as of_command:
        call_command("topics", "create", stdout=StringIO())
    [of_check] = kafka_checks.check_kafka(None)
    with pytest.raises(ConsumerStopped, match=REFUSED) as of_relay:
        Relay("one").turn(clock.now())
    with pytest.raises(ConsumerStopped, match=REFUSED) as of_reader:
        KafkaReader("enrichment-consumer", list(TOPICS.values())[:1], "one").poll(10, clock.now())
    assert not any(WRONG in str(said) for said in (of_command.value, of_check, of_relay.value, of_reader.value))


def test_another_mechanism_is_refused_too(address: str, settings: Settings) -> None:
    settings.KAFKA = sign_in(address, PASSWORD, **{"sasl.mechanism": "SCRAM-SHA-256"})
    with pytest.raises(CommandError, match=REFUSED):
        call_command("topics", "check")


def test_who_speaks_without_a_sign_in_is_asked_about_the_protocol(
    address: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "LOOK_SECONDS", 1.0)
    settings.KAFKA = {"bootstrap.servers": address}
    with pytest.raises(CommandError, match=r"does this port speak PLAINTEXT \(KAFKA_SECURITY_PROTOCOL\)\?"):
        call_command("topics", "check")


def test_settings_that_the_client_does_not_take_are_told(address: str, settings: Settings) -> None:
    settings.KAFKA = {"bootstrap.servers": address, "security.protocol": "SSL", "ssl.ca.location": __file__}
    with pytest.raises(CommandError, match=r"Kafka's client does not take its settings: .*ssl"):
        call_command("topics", "check")


def encrypted(own: SigningBroker, ca_file: str) -> dict[str, str | int]:
    return engines.kafka(
        {
            "KAFKA_BOOTSTRAP_SERVERS": own.encrypted,
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SASL_MECHANISM": "PLAIN",
            "KAFKA_USERNAME": USER,
            "KAFKA_PASSWORD": PASSWORD,
            "KAFKA_CA_FILE": ca_file,
        }
    )


@pytest.mark.django_db(transaction=True)
def test_over_tls_a_client_that_names_the_signer_ships(own: SigningBroker, settings: Settings) -> None:
    settings.KAFKA, settings.KAFKA_TOPIC_PREFIX = encrypted(own, own.ca_file), "encrypted-"
    assert len(Topics().create()) == 2 * len(TOPICS)
    assert kafka_checks.check_kafka(None) == []
    relay = Relay("one")
    relay.turn(clock.now())
    relay.close()


def test_a_certificate_of_an_unknown_signer_is_told(own: SigningBroker, settings: Settings) -> None:
    settings.KAFKA = encrypted(own, "")
    with pytest.raises(CommandError, match=r"do not agree on TLS; .* name its authority in KAFKA_CA_FILE") as refused:
        call_command("topics", "check")
    assert PASSWORD not in str(refused.value)


def test_who_signs_in_without_tls_where_it_is_spoken_is_told(
    own: SigningBroker, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "LOOK_SECONDS", 1.0)
    settings.KAFKA = sign_in(own.encrypted, PASSWORD)
    with pytest.raises(CommandError, match="KAFKA_SECURITY_PROTOCOL"):
        call_command("topics", "check")
