"""The broker inside librdkafka: a Kafka that needs no server, reached through the library that the client ships.

Its interface is experimental by its own word, and Python's client offers only a part of it, so it is called by ctypes.
"""

import ctypes
from collections.abc import Sequence
from pathlib import Path

import confluent_kafka

_LIBRARIES = Path(confluent_kafka.__file__).parent.parent / "confluent_kafka.libs"
_PRODUCER = 0


class MockCluster:
    """One broker on loopback, which ends with `close`."""

    def __init__(self) -> None:
        self._library = _library()
        reason = ctypes.create_string_buffer(512)
        configuration = self._library.rd_kafka_conf_new()
        self._library.rd_kafka_conf_set(configuration, b"log_level", b"0", reason, len(reason))
        self._client = self._library.rd_kafka_new(_PRODUCER, configuration, reason, len(reason))
        assert self._client, reason.value
        self._cluster = self._library.rd_kafka_mock_cluster_new(self._client, 1)
        self._library.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, 0)
        self.address: str = self._library.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()

    def create(self, topic: str, partitions: int) -> None:
        """Its admin interface has no way to create topics."""
        assert self._library.rd_kafka_mock_topic_create(self._cluster, topic.encode(), partitions, 1) == 0

    def fail(self, api: int, errors: Sequence[int]) -> None:
        """Answer the next requests of an interface (Produce is 0) with these errors."""
        array = (ctypes.c_int * len(errors))(*errors)
        self._library.rd_kafka_mock_push_request_errors_array(self._cluster, api, len(errors), array)

    def close(self) -> None:
        """Stop the broker."""
        self._library.rd_kafka_mock_cluster_destroy(self._cluster)
        self._library.rd_kafka_destroy(self._client)


def _library() -> ctypes.CDLL:
    [path] = _LIBRARIES.glob("librdkafka-*.so*")
    library, pointer = ctypes.CDLL(str(path)), ctypes.c_void_p
    signatures = {
        "rd_kafka_conf_new": ([], pointer),
        "rd_kafka_conf_set": (
            [pointer, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t],
            ctypes.c_int,
        ),
        "rd_kafka_new": ([ctypes.c_int, pointer, ctypes.c_char_p, ctypes.c_size_t], pointer),
        "rd_kafka_destroy": ([pointer], None),
        "rd_kafka_mock_cluster_new": ([pointer, ctypes.c_int], pointer),
        "rd_kafka_mock_cluster_destroy": ([pointer], None),
        "rd_kafka_mock_cluster_bootstraps": ([pointer], ctypes.c_char_p),
        "rd_kafka_mock_topic_create": ([pointer, ctypes.c_char_p, ctypes.c_int, ctypes.c_int], ctypes.c_int),
        "rd_kafka_mock_group_initial_rebalance_delay_ms": ([pointer, ctypes.c_int32], None),
        "rd_kafka_mock_push_request_errors_array": (
            [pointer, ctypes.c_int16, ctypes.c_size_t, ctypes.POINTER(ctypes.c_int)],
            None,
        ),
    }
    for name, (arguments, result) in signatures.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, result
    return library
