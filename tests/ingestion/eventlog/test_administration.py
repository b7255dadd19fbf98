"""What differs from the declaration on a cluster of three brokers, whose answers are written here."""

from types import SimpleNamespace
from typing import Any

import pytest

from ingestion.eventlog.administration import Topics, wanted
from ingestion.topics import PARTITIONS


def differences(monkeypatch: pytest.MonkeyPatch, *, brokers: list[int], **has: str) -> list[str]:
    """The sentences about the first topic, which these brokers keep, with these settings beside those declared."""
    topics, topic = Topics.__new__(Topics), wanted()[0]
    settings = {**topic.settings, **{name.replace("_", "."): value for name, value in has.items()}}
    monkeypatch.setattr(Topics, "_settings_of", lambda *_: settings)
    found: Any = SimpleNamespace(partitions={number: SimpleNamespace(replicas=brokers) for number in range(PARTITIONS)})
    return [one.sentence for one in topics._differences(topic, found, 3)]


def test_two_copies_at_least_are_declared_where_there_are_three(monkeypatch: pytest.MonkeyPatch) -> None:
    assert differences(monkeypatch, brokers=[1, 2, 3], min_insync_replicas="2") == []
    [said] = differences(monkeypatch, brokers=[1, 2, 3], min_insync_replicas="1")
    assert said.endswith("has min.insync.replicas=1; 2 is declared.")


def test_fewer_brokers_than_there_are_is_named_and_no_number_of_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    [said] = differences(monkeypatch, brokers=[1], min_insync_replicas="1")
    assert said.endswith("is kept on 1 of 3 brokers; 3 are wished.")
