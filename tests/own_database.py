"""A database for real processes alone: a copy of the test database, of the same kind, that they may be killed on."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import quote

import psycopg
from django.db import connection
from psycopg import sql

from ingestion.databases import is_server

PATIENCE = 20


class OwnDatabase:
    """SQLite: a file in the folder that becomes VAR_DIR. PostgreSQL: a database beside the test database."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "arbitrage.sqlite3"
        self._entry = connection.settings_dict
        self._name = f"{self._entry['NAME']}_processes"

    @property
    def environment(self) -> Mapping[str, str]:
        """What leads processes here, besides VAR_DIR."""
        if not is_server(self._entry):
            return {}
        user = quote(str(self._entry["USER"])) + (
            f":{quote(self._entry['PASSWORD'])}" if self._entry["PASSWORD"] else ""
        )
        address = f"{self._entry['HOST']}:{self._entry['PORT'] or 5432}"
        return {"DATABASE_URL": f"postgresql://{user}@{address}/{self._name}"}

    def copy(self, statements: str = "") -> None:
        """Begin as the test database is now, and with what the statements add."""
        if is_server(self._entry):
            self._copy_on_server()
        else:
            self._copy_file()
        self.run(statements)

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """The rows of one query."""
        if is_server(self._entry):
            with self._connect(self._name) as asking:
                return asking.execute(question).fetchall()
        with closing(sqlite3.connect(self.file, timeout=PATIENCE)) as opened:
            return opened.execute(question).fetchall()

    def run(self, statements: str) -> None:
        """Execute and commit."""
        if is_server(self._entry):
            with self._connect(self._name) as opened:
                opened.execute(statements)
            return
        with closing(sqlite3.connect(self.file, timeout=PATIENCE)) as file:
            file.executescript(statements)

    def drop(self) -> None:
        """A file goes with its folder."""
        if is_server(self._entry):
            self._maintain("DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _copy_file(self) -> None:
        with closing(sqlite3.connect(self.file)) as copy, closing(sqlite3.connect(self._entry["NAME"])) as source:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=WAL")

    def _copy_on_server(self) -> None:
        """A database can be copied while nobody is connected: what a thread of another test left open goes too."""
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's wrapper
        self.drop()
        with self._connect("postgres") as server:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [self._entry["NAME"]]
            )
        self._maintain("CREATE DATABASE {name} TEMPLATE {template}")

    def _maintain(self, statement: LiteralString) -> None:
        names = {"name": sql.Identifier(self._name), "template": sql.Identifier(self._entry["NAME"])}
        with self._connect("postgres") as server:
            server.execute(sql.SQL(statement).format(**names))

    def _connect(self, name: str) -> "psycopg.Connection[tuple[Any, ...]]":
        """With each statement a transaction."""
        address = {"host": self._entry["HOST"], "port": self._entry["PORT"] or 5432, "user": self._entry["USER"]}
        password = self._entry["PASSWORD"] or None
        return psycopg.connect(**address, password=password, dbname=name, autocommit=True, connect_timeout=PATIENCE)
