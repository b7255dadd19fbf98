"""What is done to an installation under load. Each fault leaves everything running again when it returns."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from tests import servers
from tests.faults.elastic_proxy import FAULTS
from tests.faults.liveness import hurry
from tests.faults.proof import Unproved, asked, wait_until
from tests.faults.stage import Stage
from tests.installation import Installation

Fault = Callable[[Stage], None]
CONSUMERS = ("consume_raw", "detect_opportunities", "evaluate_alerts")
TOGETHER = "consumers"
"""The process with all of them."""
SESSION_SECONDS = 15
"""The session time-out of a member of a group (`ingestion.eventlog.membership`)."""
LEASE_SECONDS = 20
MEGABYTE = 1024 * 1024
_TOO_LARGE = b"File too large"
_STARTED = "SELECT backend_start FROM pg_stat_activity WHERE backend_type = 'checkpointer'"
"""The server's own start would not do: it stays the same when the server restarts after a crash of a connection."""
_BLOCKED = "SELECT FROM ingestion_consumerstate WHERE strpos(stopped_because, 'cluster_block_exception') > 0"
"""Why the drain waits, which no other fault makes it say."""
_CONNECTIONS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def all_faults(commands: Iterable[str]) -> dict[str, Fault]:
    """Every fault by name, for an installation with these processes."""
    killed = {f"kill {name}": partial(_kill, name=name) for name in commands}
    lost = {f"kill {name}": partial(_kill_server, name=name) for name in servers.NAMES}
    return killed | lost | _SPECIAL


def commands_of(seed: int, commands: Mapping[str, str]) -> dict[str, str]:
    """The processes without web servers: with an even seed as people run them, else each consumer alone.

    Alone each of them can be killed alone; together they share a process, a connection and their turns.
    """
    left = {name: command for name, command in commands.items() if name != "web"}
    if seed % 2 == 0:
        return left
    del left[TOGETHER]
    return left | {name: f"python manage.py {name}" for name in (*CONSUMERS, "index_products")}


def _consumer(stage: Stage) -> str:
    """One of the processes with a consumer."""
    return TOGETHER if TOGETHER in stage.installation.commands else stage.dice.choice(CONSUMERS)


def _kill(stage: Stage, *, name: str) -> None:
    stage.restart(name)


def _kill_server(stage: Stage, *, name: str) -> None:
    servers.send(name, signal.SIGKILL)
    stage.wait(0, 2)
    servers.start(name)


def _pause_broker(stage: Stage) -> None:
    servers.send("kafka", signal.SIGSTOP)
    try:
        time.sleep(SESSION_SECONDS + 3)
    finally:
        servers.send("kafka", signal.SIGCONT)


def _zombie(stage: Stage) -> None:
    """A consumer that stands still beyond its session and its lease, is replaced, and wakes up with a batch in hand."""
    name = _consumer(stage)
    stage.installation.signal(name, signal.SIGSTOP)
    twin = stage.second(name, LEASE_SECONDS + 5)
    stage.installation.signal(name, signal.SIGCONT)
    stage.wait(2, 4)
    stage.installation.end(twin, signal.SIGTERM)


def _rebalance(stage: Stage) -> None:
    """Members come and go while batches run."""
    name = _consumer(stage)
    twin = stage.second(name, stage.dice.uniform(3, 6))
    stage.restart(name, stage.dice.choice([signal.SIGTERM, signal.SIGKILL]))
    stage.wait(1, 3)
    stage.installation.end(twin, stage.dice.choice([signal.SIGTERM, signal.SIGKILL]))


def _two(stage: Stage, *, name: str) -> None:
    twin = stage.second(name, 6)
    stage.restart(name)
    stage.wait(1, 3)
    stage.installation.end(twin, signal.SIGTERM)


def _file_size_limit(stage: Stage) -> None:
    """No file may grow beyond a megabyte under the connections there are: a full disk, as PostgreSQL sees it.

    Tables that cannot be extended fail a transaction; where its log of changes cannot be written it restarts itself.
    """
    installation = stage.installation
    said, started = installation.log.stat().st_size, asked(installation, _STARTED)
    limited = [pid for (pid,) in asked(installation, _CONNECTIONS) if _limit(pid, str(MEGABYTE))]
    if not limited:
        raise Unproved("the file-size limit had no effect: prlimit could set it for none of the connections")
    try:
        time.sleep(4)
        _await_effect(
            stage,
            "the file-size limit",
            lambda: asked(installation, _STARTED) != started or _TOO_LARGE in _said_since(installation, said),
        )
    finally:
        for pid in limited:  # those that PostgreSQL did not end must not fail in the midst of another fault
            _limit(pid, "unlimited")


def _await_effect(stage: Stage, fault: str, shows: Callable[[], bool]) -> None:
    """Keep the load up until the fault shows. Raises Unproved where it does not."""

    def shows_under_load() -> bool:
        hurry(stage.installation)
        return shows()

    try:
        wait_until("what shows it", shows_under_load, every=2.0)
    except Unproved as error:
        raise Unproved(f"{fault} had no effect: {error}") from None


def _limit(pid: int, size: str) -> bool:
    """Set the soft limit; False where that failed: the connection may have been closed meanwhile."""
    command = ["prlimit", "--pid", str(pid), f"--fsize={size}:"]
    if os.geteuid():
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    # As the server's own user, who alone may do so where root was stripped of its powers.
    owner = Path(f"/proc/{servers.pid('postgres')}").stat()
    done = subprocess.run(
        command, user=owner.st_uid, group=owner.st_gid, extra_groups=[], check=False, capture_output=True
    )
    return done.returncode == 0


def _said_since(installation: Installation, start: int) -> bytes:
    """What the processes wrote from this byte on."""
    with installation.log.open("rb") as file:
        file.seek(start)
        return file.read()


def _read_only_index(stage: Stage) -> None:
    path = f"/{stage.installation.name}-products/_settings"
    stage.ask_elasticsearch("PUT", path, {"index.blocks.write": True})
    try:
        time.sleep(4)
        _await_effect(stage, "the read-only index", lambda: bool(asked(stage.installation, _BLOCKED)))
    finally:
        stage.ask_elasticsearch("PUT", path, {"index.blocks.write": None})


def _misbehaving_elasticsearch(stage: Stage) -> None:
    """Each answer that a bulk request can get but should not, once."""
    proxy = stage.elasticsearch
    proxy.played.clear()
    proxy.faults.extend(stage.dice.sample(sorted(FAULTS), len(FAULTS)))
    try:
        _await_effect(stage, "elasticsearch misbehaves", lambda: len(proxy.played) == len(FAULTS))
    except Unproved as error:
        raise Unproved(f"{error}. Not played: {', '.join(sorted(FAULTS.keys() - set(proxy.played)))}") from None
    finally:
        proxy.faults.clear()


def _poison(stage: Stage) -> None:
    for value in (
        b"{not json",
        b'{"schema": "raw.keepa_updates.v999"}',
        b'{"schema":"raw.keepa_updates.v1"}',
        b"\xff\xfe",
    ):
        stage.plant_poison(value)


def _clock(stage: Stage) -> None:
    """Half of the processes live five minutes ahead or behind for a while."""
    names = stage.dice.sample([name for name in stage.installation.commands if name != "simulator"], 4)
    for name in names:
        stage.restart(name, CLOCK_OFFSET=str(stage.dice.choice([-300, 300])))
    time.sleep(8)
    for name in names:
        stage.restart(name, signal.SIGTERM)


def _all_servers(stage: Stage) -> None:
    """A power cut, as far as processes can see one."""
    for name in servers.NAMES:
        servers.send(name, signal.SIGKILL)
    servers.start(*servers.NAMES)


def _forget(stage: Stage) -> None:
    """Redis loses all it had."""
    stage.forget_redis()


_SPECIAL: dict[str, Fault] = {
    "pause the broker beyond the session": _pause_broker,
    "a consumer sleeps and is replaced": _zombie,
    "rebalance while batches run": _rebalance,
    "two relays": partial(_two, name="relay"),
    "two beats": partial(_two, name="beat"),
    "file-size limit in the database": _file_size_limit,
    "read-only index": _read_only_index,
    "elasticsearch misbehaves": _misbehaving_elasticsearch,
    "poison records": _poison,
    "clocks that are off": _clock,
    "kill all servers at once": _all_servers,
    "redis forgets everything": _forget,
}
