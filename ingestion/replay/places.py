"""Where a replay lives: a database, a folder and an index prefix of its own, and child processes that know no other.

A child's environment names the replay's database as the only one, and neither broker nor Redis: whatever a step
does, it cannot reach what the live installation uses.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, ProgrammingError, connection

from arbitrage_site import engines
from ingestion.copying.guards import CopyRefused, check_version, migrations
from ingestion.databases import Entry, is_server, known_as, patient, shown
from ingestion.models import LogEpoch

ALIAS = "replay"
LIVE = DEFAULT_DB_ALIAS
_LONGEST = 63
"""Characters of a PostgreSQL name."""


class ReplayRefused(Exception):
    """Why nothing was replayed, and what to do about it."""


class ReplayFailed(Exception):
    """A child process ended badly; the message is what it said last."""


@dataclass(frozen=True, slots=True)
class Place:
    """A replay's database as Django's entry, its folder, and what children have in their environment."""

    name: str
    entry: Entry
    folder: Path
    environment: dict[str, str]

    def __str__(self) -> str:
        return shown(self.entry)

    def prepare(self) -> None:
        """Create the database and its tables if they are not there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if is_server(self.entry):
            _create(str(self.entry["NAME"]))
        with self.connected():
            is_new = not migrations(ALIAS)
        if is_new:
            self.run("manage.py", "migrate", "--verbosity", "0")
        with self.connected():
            self._check_version()

    def _check_version(self) -> None:
        try:
            check_version(ALIAS, self.entry)
        except CopyRefused as error:
            raise ReplayRefused(f"{error} Or take another name.") from error

    def run(self, *arguments: str) -> str:
        """A Python process of this project that works on the replay alone; returns what it printed."""
        done = subprocess.run(  # noqa: S603 - our own interpreter and modules
            [sys.executable, *arguments],
            cwd=settings.BASE_DIR,
            env={**os.environ, **self.environment},
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise ReplayFailed(f"{' '.join(arguments)} failed: {said[-1] if said else 'it said nothing'}")
        return done.stdout

    @contextmanager
    def connected(self) -> Iterator[None]:
        """For the block, the alias `replay` is its database."""
        with known_as(ALIAS, self.entry):
            yield

    def is_filled(self) -> bool:
        """Whether a replay took place there. Only while connected."""
        return LogEpoch.objects.using(ALIAS).exists()


def place_of(name: str) -> Place:
    """The place of a replay called `name`."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,29}", name):
        raise ReplayRefused(f"{name!r:.60} is no name for a replay: use a letter, then letters, digits or _.")
    folder = settings.VAR_DIR / f"replay-{name}"
    live = connection.settings_dict
    if not is_server(live):
        return Place(name, engines.database("", file=folder / "arbitrage.sqlite3"), folder, _environment(name, folder))
    database = f"{live['NAME']}_{name}"
    if len(database) > _LONGEST:
        raise ReplayRefused(f"{database} is too long for PostgreSQL; take a shorter name.")
    url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{database}").geturl()
    return Place(name, patient({**live, "NAME": database}), folder, _environment(name, folder, url))


def _environment(name: str, folder: Path, url: str = "") -> dict[str, str]:
    """An empty value counts as given, so that the project's .env file cannot fill it in."""
    own = {
        "VAR_DIR": str(folder),
        "DATABASE_URL": url,
        "REDIS_URL": "",
        "KAFKA_BOOTSTRAP_SERVERS": "",
        "ELASTICSEARCH_INDEX_PREFIX": f"{settings.ELASTICSEARCH_INDEX_PREFIX}{name}-",
        "DEMO": str(int(settings.DEMO)),
        "LOG_LEVEL": "ERROR",
    }
    return own | {f"{variable}_FILE": "" for variable in own}


def _create(database: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if cursor.fetchone():
            return
        try:
            cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(database)}")
        except (OperationalError, ProgrammingError) as error:
            raise ReplayRefused(
                f"PostgreSQL did not create {database} ({str(error).strip().splitlines()[0]})."
                f" Create it by hand, owned by {connection.settings_dict['USER']}, and try again."
            ) from error
