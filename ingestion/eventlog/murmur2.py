"""Kafka's key hash, so that a key has the same partition in the SQL log and on a broker.

Java's client takes the 32-bit murmur2 with this seed and drops the sign bit before the modulo.
"""

from functools import lru_cache

SEED = 0x9747B28C
_M = 0x5BD1E995
_MASK = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """The hash of `data` as an unsigned 32-bit number."""
    whole = len(data) & ~3
    h = (SEED ^ len(data)) & _MASK
    for start in range(0, whole, 4):
        k = int.from_bytes(data[start : start + 4], "little") * _M & _MASK
        k = (k ^ k >> 24) * _M & _MASK
        h = h * _M & _MASK ^ k
    if whole < len(data):
        h = (h ^ int.from_bytes(data[whole:], "little")) * _M & _MASK
    h = (h ^ h >> 13) * _M & _MASK
    return h ^ h >> 15


@lru_cache(maxsize=16_384)
def partition_of(key: str, partitions: int) -> int:
    """The partition of a key, by the rule of Java's DefaultPartitioner."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions
