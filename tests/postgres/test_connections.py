"""Getting to the server: said plainly when it cannot be done, and never shared with a child."""

import os
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from arbitrage_site import postgres

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def problems() -> list[str]:
    return [message.msg for message in postgres.check_postgres(None)]


def test_a_server_that_can_be_used_is_no_problem() -> None:
    assert (postgres.refusal(), problems()) == ("", [])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"PORT": "9"}, "PostgreSQL at 127.0.0.1:9 does not answer. Start it, or correct DATABASE_URL;"),
        ({"NAME": "nowhere"}, "has no database nowhere, or no user arbitrage: create it. If that is not meant"),
        ({"USER": "nobody-known"}, "no user nobody-known: create it. If that is not meant, correct DATABASE_URL."),
    ],
)
def test_what_is_wrong_with_the_address_is_said(
    given: dict[str, str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setitem(connection.settings_dict, name, value)
    [said] = problems()
    assert sentence in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ('FATAL:  password authentication failed for user "a"', "refuses user arbitrage with this password"),
        ("fe_sendauth: no password supplied", "asks for the password of user arbitrage"),
        ("server does not support SSL, but SSL was required", "does not speak TLS: leave out sslmode"),
        (
            'FATAL:  no pg_hba.conf entry for host "10.0.0.7", user "a", no encryption',
            "neither from here nor without TLS",
        ),
        ("SSL error: certificate verify failed", "is not trusted: name its signer as sslrootcert"),
        ('root certificate file "/root.crt" does not exist', "is not trusted: name its signer as sslrootcert"),
        ("FATAL:  sorry, too many clients already", "has no connection left: raise max_connections"),
        ("FATAL:  the database system is starting up", "is starting: wait for it"),
    ],
)
def test_the_servers_words_become_a_sentence_without_secrets(words: str, sentence: str) -> None:
    said = postgres._sentence(f'connection to server at "10.0.0.7", port 5432 failed: {words}')
    assert sentence in said
    assert "10.0.0.7" not in said


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        (
            "FATAL:  Passwort-Authentifizierung für Benutzer »a« fehlgeschlagen",
            "Passwort-Authentifizierung für Benutzer »a« fehlgeschlagen",
        ),
        ("ВАЖНО:  слишком много клиентов", "слишком много клиентов"),
        ("致命错误:  数据库系统启动中", "数据库系统启动中"),
        ("FATAL:  the database system is shutting down\n", "the database system is shutting down"),
        ("FATAL:  hush-hush is wrong.", "... is wrong"),
    ],
)
def test_what_is_not_known_by_its_words_is_quoted_and_no_silence(
    words: str, quoted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "hush-hush")
    said = postgres._sentence(f'connection failed: connection to server at "10.0.0.7", port 5432 failed: {words}')
    assert f" refuses: {quoted}. Correct that there, or correct DATABASE_URL." in said


@pytest.mark.parametrize(
    "words",
    ["Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?", "timeout expired"],
)
def test_silence_is_called_silence(words: str) -> None:
    said = postgres._sentence(f'connection to server at "10.0.0.7", port 5432 failed: {words}')
    assert "does not answer. Start it" in said


def test_an_old_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "LEAST", 99)
    [said] = problems()
    assert said.endswith("version 99 or newer is needed.")


def test_missing_migrations_are_named() -> None:
    [last] = MigrationLoader(connection).graph.leaf_nodes("ingestion")
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied(*last)
    said = problems()
    recorder.record_applied(*last)
    assert said == [f"1 migrations are not applied ({'.'.join(last)} first): run manage.py migrate."]


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def in_a_child(action: Any) -> int:
    """What the action returns in a forked process, which ends without leaving anything behind."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, str(action()).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    with os.fdopen(read) as answer:
        return int(answer.read())


def test_a_forked_process_has_a_connection_of_its_own_and_the_parents_lives_on() -> None:
    ours = backend()
    theirs = in_a_child(backend)
    assert theirs != ours == backend()


def test_a_pool_gives_out_no_connection_that_the_server_has_ended() -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # what other tests left in it would be given out in turn
    ended = backend()
    connection.close()
    assert backend() == ended, "the pool kept it"
    connection.close()
    in_a_child(lambda: _terminate(ended))
    assert backend() != ended


def _terminate(pid: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)::int", [pid])
        return int(cursor.fetchone()[0])
