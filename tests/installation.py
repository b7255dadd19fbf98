"""An installation on real servers under names of its own: its processes can be started, killed and paused."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import psycopg
from confluent_kafka.admin import AdminClient
from elasticsearch import Elasticsearch
from psycopg import sql

from tests import servers
from tests.processes import ROOT, Processes, commands, free_port

SERVICES = ("DATABASE_URL", "REDIS_URL", "KAFKA_BOOTSTRAP_SERVERS", "ELASTICSEARCH_URL")
PATIENCE = 30.0
POISON = "POISON0000"
"""The key of records that are planted because no consumer can read them."""


class Installation(Processes):
    """Database, topics, indexes and a Redis number of its own, gone at the end. Nothing is started by itself.

    `services` are the variables of the servers that it uses; what is not among them is embedded. `commands` are the
    processes by name that `make run` would start.
    """

    def __init__(self, name: str, *, services: Collection[str] = SERVICES, redis: int = 9, **more: str) -> None:
        """`more` are variables of its processes; `redis` is the number of a database there."""
        self.name = name = f"{name}p{os.getpid()}"  # one that was killed left topics, which are of another database
        self._folder = tempfile.TemporaryDirectory(prefix=f"arbitrage-{name}-")
        self._servers = servers.addresses()
        self.database = _at(self._servers["DATABASE_URL"], name)
        own = {"DATABASE_URL": self.database, "REDIS_URL": _at(self._servers["REDIS_URL"], str(redis))}
        used = {variable: address for variable, address in (self._servers | own).items() if variable in services}
        self.web = f"127.0.0.1:{free_port()}"
        environment = (
            os.environ
            | dict.fromkeys(SERVICES, "")
            | used
            | {
                "WEB_BIND": self.web,
                "KAFKA_TOPIC_PREFIX": f"{name}-",
                "ELASTICSEARCH_INDEX_PREFIX": f"{name}-",
                "DEMO": "1",
                "KEEPA_API_KEY": "",
                "SIMULATOR_BIND": f"127.0.0.1:{free_port()}",
                "VAR_DIR": self._folder.name,
                "LOG_LEVEL": "WARNING",
                "DJANGO_SETTINGS_MODULE": "arbitrage_site.settings",
                "PYTHONUNBUFFERED": "1",
            }
            | more
        )
        super().__init__(commands(services), environment, Path(self._folder.name) / "processes.log")

    def __enter__(self) -> Self:
        with psycopg.connect(self._servers["DATABASE_URL"], autocommit=True) as connection:
            name = sql.Identifier(self.name)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self.running):
            self.end(name, signal.SIGKILL)
        self.output.close()
        servers.start(*servers.NAMES)
        self._clear()
        self._folder.cleanup()

    def _clear(self) -> None:
        """Remove what is named after this installation from the servers."""
        admin = AdminClient({"bootstrap.servers": self._servers["KAFKA_BOOTSTRAP_SERVERS"]})
        topics = [topic for topic in admin.list_topics(timeout=PATIENCE).topics if topic.startswith(f"{self.name}-")]
        for done in admin.delete_topics(topics).values() if topics else ():
            done.result(timeout=PATIENCE)
        with Elasticsearch(self._servers["ELASTICSEARCH_URL"], request_timeout=PATIENCE) as client:
            for index in client.indices.get(index=f"{self.name}-*"):
                client.indices.delete(index=index)
            client.options(ignore_status=404).indices.delete_index_template(name=f"{self.name}-*")
        with psycopg.connect(self._servers["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self.name)))

    def prepare(self, products: int) -> None:
        """What `make run` does before it starts the processes, with this many products to watch."""
        self._run("-m", "arbitrage_site.prepare", DEMO="0")
        self.manage("load_demo", "--products", str(products))

    def manage(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a management command to its end."""
        return self._run("manage.py", *words, check=check)

    def _run(self, *words: str, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.environment | more, text=True, capture_output=True, check=False
        )
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def start_all(self) -> None:
        """Start what does not run."""
        for name in self.commands:
            if name not in self.running or self.running[name].poll() is not None:
                self.start(name)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to the process and all it started."""
        os.killpg(self.running[name].pid, number)

    def died(self) -> list[str]:
        """Processes that ended without being told to."""
        return [name for name, process in self.running.items() if process.poll() is not None]

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database answers, over a connection of its own."""
        with psycopg.connect(self.database, autocommit=True, connect_timeout=5) as connection:
            return connection.execute(query, values).fetchall()


def _at(url: str, path: str) -> str:
    """A server's address with another database."""
    return urlsplit(url)._replace(path=f"/{path}").geturl()
