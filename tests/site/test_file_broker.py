"""Celery's messages in a folder: whole or not there."""

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

import pytest
from kombu import Connection
from kombu.simple import SimpleQueue

from arbitrage_site.jobs.file_broker import Channel

TRANSPORT = "arbitrage_site.jobs.file_broker:Transport"


@pytest.fixture
def name() -> str:
    """A queue of the test's own: kombu remembers for the whole process which ones there are."""
    return uuid4().hex


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    folder = tmp_path / "q"
    folder.mkdir()
    options = {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(tmp_path / "ctl")}
    with Connection("filesystem://localhost", transport=TRANSPORT, transport_options=options) as connection:
        yield connection


def _taken(queue: SimpleQueue) -> Any:
    message = queue.get(timeout=5)
    message.ack()
    return message.payload


def test_messages_come_in_the_order_in_which_they_were_sent(connection: Connection, name: str, tmp_path: Path) -> None:
    with SimpleQueue(connection.channel(), name) as queue:
        for number in range(5):
            queue.put({"number": number})
        assert [_taken(queue)["number"] for _ in range(5)] == list(range(5))
        with pytest.raises(Empty):
            queue.get_nowait()
    assert not list((tmp_path / "q").iterdir())


def test_a_message_that_a_power_cut_emptied_is_dropped(connection: Connection, name: str, tmp_path: Path) -> None:
    (tmp_path / "q" / f"0_cut.{name}.msg").write_bytes(b"")
    with SimpleQueue(connection.channel(), name) as queue:
        queue.put("whole")
        assert _taken(queue) == "whole"


def test_no_reader_meets_half_a_message(connection: Connection, name: str) -> None:
    """Writers and a reader in one folder at once: the reader, kombu's own, would raise at an empty file."""
    channel: Any = connection.channel()
    whole = {"body": "x" * 50_000}

    def write() -> None:
        other: Any = connection.clone().channel()
        for _ in range(200):
            other._put(name, whole)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    taken = 0
    while taken < 400:
        try:
            assert super(Channel, channel)._get(name) == whole
            taken += 1
        except Empty:
            continue
    for writer in writers:
        writer.join()
