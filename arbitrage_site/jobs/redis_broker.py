"""Celery's messages in Redis: a worker outlives losing it while a task runs.

When the connection is lost, kombu takes it away from its channel and then has the channel give back the messages
that run, for which it needs a connection. That ends in an AttributeError, which Celery does not expect, so the worker
ended, and with it all that `make run` had started. As an error of the connection it is expected: the worker waits for
Redis, and a message that was running comes back when `visibility_timeout` is over.
"""

from typing import Any

from kombu.transport import redis
from redis.exceptions import ConnectionError as RedisConnectionError


class Channel(redis.Channel):
    """kombu's channel, which says so when its connection is gone."""

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        if self.connection.client is None:
            raise RedisConnectionError("The connection to Redis was given up; messages that run come back later.")
        params: dict[str, Any] = super()._connparams(asynchronous=asynchronous)  # type: ignore[misc]  # not in the stubs
        return params


class Transport(redis.Transport):
    """kombu's transport with our channel."""

    Channel = Channel
