"""A value comes back from the table as it was, whoever else packs values at that moment."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from ingestion.eventlog.values import pack, unpack


def test_threads_do_not_spoil_each_others_values() -> None:
    values = [os.urandom(600).hex().encode() * 30 for _ in range(400)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda value: unpack(pack(value)), values)) == values


def test_a_format_that_nobody_knows_is_named() -> None:
    with pytest.raises(ValueError, match="begins with b'x'"):
        unpack(b"x123")
