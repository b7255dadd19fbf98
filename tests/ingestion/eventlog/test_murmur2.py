"""The vectors of Kafka's own test of its hash (org.apache.kafka.common.utils.UtilsTest)."""

import pytest

from ingestion.eventlog.murmur2 import murmur2, partition_of


@pytest.mark.parametrize(
    ("data", "signed"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_the_hash_is_kafkas(data: bytes, signed: int) -> None:
    assert murmur2(data) == signed % 2**32


def test_the_sign_bit_is_dropped_before_the_modulo() -> None:
    assert partition_of("21", 12) == (-973932308 & 0x7FFFFFFF) % 12


def test_keys_spread_over_all_partitions() -> None:
    assert {partition_of(f"B0{number:08d}", 12) for number in range(200)} == set(range(12))
