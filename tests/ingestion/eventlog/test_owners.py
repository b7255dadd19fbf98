"""Seeing that a process which holds a lease has ended."""

import os
import subprocess
import sys

from ingestion.eventlog.owners import has_ended, new_owner


def test_every_owner_has_a_name_of_its_own_that_fits_its_column() -> None:
    names = {new_owner() for _ in range(50)}
    assert len(names) == 50
    assert max(map(len, names)) <= 36


def test_a_running_process_has_not_ended() -> None:
    assert not has_ended(new_owner())


def test_a_process_that_is_gone_has_ended() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert has_ended(new_owner().replace(f":{os.getpid()}:", f":{ended.pid}:"))


def test_nothing_is_known_of_processes_elsewhere() -> None:
    host, digest, pid, random = new_owner().split(":")
    assert not has_ended(f"{host}:{digest[::-1] + '0'}:999999:{random}")
    assert not has_ended(f"elsewhere:{digest}:{pid}:{random}")
    assert not has_ended("a")
    assert not has_ended("")
