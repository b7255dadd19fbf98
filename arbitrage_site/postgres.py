"""What PostgreSQL alone needs: words for a server that cannot be used, forks, and time for migrations.

The other places that know of it are `engines` (how to connect), `database` (what an error means) and
`products.merge` (COPY); docs/postgres.md tells the whole.
"""

import os
import re
from typing import Any

import psycopg
from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunSQL
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from django.db.models.signals import post_migrate, pre_migrate

LEAST = 15
_MOST_QUOTED = 200
_SAID = re.compile(r": \w[^\s:]*:  (.+)")
"""What the server itself said, in the language of its lc_messages: two blanks after the severity are the driver's."""


def is_used() -> bool:
    """Whether DATABASE_URL names a server."""
    return connection.vendor == "postgresql"


def refusal() -> str:
    """Why the server of DATABASE_URL cannot be used, with what to do; empty where it can.

    Asked past the pool, which tries for seconds and then says only that it found no connection.
    """
    try:
        with psycopg.connect(**connection.get_connection_params()) as opened:
            version = opened.info.server_version // 10_000
    except psycopg.OperationalError as error:
        return _sentence(str(error))
    return f"PostgreSQL is version {version}; version {LEAST} or newer is needed." if version < LEAST else ""


def _sentence(reason: str) -> str:
    """Of the driver's words only what they mean: they name the address, and may hold more than is good in a log.

    The server's own words, where they are not known, are quoted without the password.
    """
    given = connection.settings_dict
    place = f"PostgreSQL at {given['HOST'] or 'the local socket'}:{given['PORT'] or 5432}"
    untrusted = f"{place} has a certificate that is not trusted: name its signer as sslrootcert"
    for words, meaning in (
        ("certificate verify failed", untrusted),
        ("root certificate file", untrusted),
        ("password authentication failed", f"{place} refuses user {given['USER']} with this password"),
        ("no password supplied", f"{place} asks for the password of user {given['USER']}"),
        ("does not exist", f"{place} has no database {given['NAME']}, or no user {given['USER']}: create it"),
        ("does not support SSL", f"{place} does not speak TLS: leave out sslmode"),
        ("no pg_hba.conf entry", f"{place} lets user {given['USER']} in neither from here nor without TLS"),
        ("too many clients", f"{place} has no connection left: raise max_connections"),
        ("starting up", f"{place} is starting: wait for it"),
    ):
        if words in reason:
            return f"{meaning}. If that is not meant, correct DATABASE_URL."
    if said := _SAID.search(reason):
        own = said[1].replace(given.get("PASSWORD") or "\0", "...")[:_MOST_QUOTED]
        return f"{place} refuses: {own.rstrip('.')}. Correct that there, or correct DATABASE_URL."
    return f"{place} does not answer. Start it, or correct DATABASE_URL; without it the data is kept in SQLite."


@register("services", deploy=True)
def check_postgres(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - a check's shape
    """Nothing without DATABASE_URL."""
    if not is_used():
        return []
    if said := refusal():
        return [Error(said, id="site.E030")]
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        first = f"{missing[0][0].app_label}.{missing[0][0].name}"
        return [
            Error(f"{len(missing)} migrations are not applied ({first} first): run manage.py migrate.", id="site.E031")
        ]
    return []


def forget_connections() -> None:
    """Let a forked process begin without connections: what it inherits is its parent's, who goes on using it."""
    for opened in connections.all(initialized_only=True):
        pools: dict[str, object] = getattr(type(opened), "_connection_pools", {})
        pools.clear()
        del connections[opened.alias]


class OnPostgres(RunSQL):
    """A migration's statement for PostgreSQL alone, such as an index in an order that SQLite cannot keep."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: ProjectState) -> None:
        """Nothing on SQLite."""
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, *states)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: ProjectState
    ) -> None:
        """Nothing on SQLite."""
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, *states)


def _without_limit(sender: AppConfig, using: str, **kwargs: Any) -> None:  # noqa: ARG001 - a receiver's shape
    """An index of a large table takes longer to build than any other statement may last."""
    _limit(using, "SET statement_timeout = 0")


def _with_limit(sender: AppConfig, using: str, **kwargs: Any) -> None:  # noqa: ARG001 - a receiver's shape
    _limit(using, "RESET statement_timeout")


def _limit(using: str, statement: str) -> None:
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute(statement)


def install() -> None:
    """Take effect in this process and in those that it forks."""
    if is_used():
        os.register_at_fork(after_in_child=forget_connections)
    pre_migrate.connect(_without_limit, dispatch_uid="postgres")
    post_migrate.connect(_with_limit, dispatch_uid="postgres")
