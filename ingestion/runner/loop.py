"""The runner of one consumer: a turn passes one batch of the event log."""

import time
from collections.abc import Callable
from random import Random

from ingestion.eventlog.base import Reader
from ingestion.runner.batches import Batches
from ingestion.runner.breaker import Breaker
from ingestion.runner.consumers import Consumer, Effects
from ingestion.runner.turns import RETRY_SECONDS, Turns

__all__ = ["RETRY_SECONDS", "Consumer", "Effects", "Runner"]


class Runner(Turns):
    """Serves one consumer."""

    def __init__(
        self,
        consumer: Consumer,
        reader: Reader,
        *,
        breaker: Breaker | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        random: Random | None = None,
    ) -> None:
        batches = Batches(consumer, reader, breaker or Breaker(), monotonic)
        super().__init__(consumer.group, batches.next, reader, monotonic=monotonic, random=random)
