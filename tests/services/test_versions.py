"""Servers that are too old, or not what their variable says: each a sentence of the check that starts call."""

import socket
import struct
import threading
from collections.abc import Iterator

import pytest
from django.conf import settings as configured
from django.core.management import CommandError
from django.db import connection
from pytest_django import Settings

from arbitrage_site import redis_checks
from arbitrage_site.prepare import require_database
from ingestion import kafka_checks
from ingestion.eventlog.administration import Topics


class OldPostgres(threading.Thread):
    """Greets one client as the protocol has it, and says that it is version 14."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def run(self) -> None:
        client, _ = self.socket.accept()
        with client:
            while self._asks_for_encryption(client.recv(4096)):
                client.sendall(b"N")
            said = b"server_version\x0014.9\x00", b"client_encoding\x00UTF8\x00"
            greeting = [(b"R", struct.pack("!i", 0)), *((b"S", one) for one in said), (b"Z", b"I")]
            client.sendall(b"".join(kind + struct.pack("!i", len(body) + 4) + body for kind, body in greeting))
            client.recv(4096)

    @staticmethod
    def _asks_for_encryption(asked: bytes) -> bool:
        return len(asked) == 8 and struct.unpack("!ii", asked)[1] in {80877103, 80877104}


@pytest.fixture
def old_postgres() -> Iterator[OldPostgres]:
    server = OldPostgres()
    server.start()
    yield server
    server.socket.close()


@pytest.mark.django_db
def test_an_old_postgresql_is_named(old_postgres: OldPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "PORT", str(old_postgres.port))
    with pytest.raises(CommandError, match=r"^PostgreSQL is version 14; version 15 or newer is needed\.$"):
        require_database()


def test_an_old_kafka_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Topics, "_settings_of", lambda *_: {"inter.broker.protocol.version": "3.9-IV0"})
    found = {message.id: message.msg for message in kafka_checks.check_kafka(None)}
    assert found["ingestion.E011"] == "Kafka is of version 3; version 4 or newer is needed."


def test_an_old_redis_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_checks, "LEAST", 99)
    found = {message.id: message.msg for message in redis_checks.check_redis(None)}
    assert found["site.E021"].endswith("version 99 or newer is needed.")


def test_a_number_that_redis_does_not_have_is_told(settings: Settings) -> None:
    settings.REDIS_URL = settings.REDIS_URL.rpartition("/")[0] + "/9999"
    [found] = redis_checks.check_redis(None)
    assert found.msg.startswith("Redis has no database of the number in REDIS_URL; take a smaller one")


def test_another_server_than_redis_is_told(settings: Settings) -> None:
    settings.REDIS_URL = f"redis://:hush@{configured.ELASTICSEARCH_URL.removeprefix('http://')}/0"
    [found] = redis_checks.check_redis(None)
    assert found.msg == "What answers is not Redis; correct host and port in REDIS_URL."
