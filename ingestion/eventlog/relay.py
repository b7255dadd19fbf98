"""Shipping the event log to Kafka: in order, by one owner per partition, each record with its number.

Nothing is lost with Kafka, because all of it is shipped from SQL, where it stays until every group has passed it. A
record may be shipped twice: readers drop a number that they have had. So after any failure the producer is thrown away
and everything begins again at the positions of the database.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import structlog
from confluent_kafka import KafkaError, KafkaException, Producer

from ingestion.eventlog import broker, wire
from ingestion.eventlog.base import Fenced, Place
from ingestion.eventlog.berths import Berths
from ingestion.eventlog.lane import Lane
from ingestion.eventlog.mirror import Mirror
from ingestion.eventlog.reading import current_epoch, ends_of
from ingestion.eventlog.shipments import Shipment, shipments
from ingestion.topics import TOPICS, Topic

log = structlog.get_logger(__name__)

ROLE: broker.Settings = {
    "enable.idempotence": "true",
    "acks": "all",
    "linger.ms": 20,
    "compression.type": "lz4",
    "partitioner": "murmur2_random",  # partitions are given; named in case one is not
    "message.max.bytes": 8_100_000,
    "message.timeout.ms": 30_000,
    "queue.buffering.max.messages": 50_000,
    "queue.buffering.max.kbytes": 32_768,
}
AT_ONCE = 5_000
BYTES_AT_ONCE = 16_000_000
"""What is read from the log in a turn."""
SAVE_SECONDS = 0.1
WAIT_SECONDS = 0.02
FULL_SECONDS = 1.0
"""How long a full queue is waited for before the turn ends."""
CLOSE_SECONDS = 5.0


class Relay:
    """Ships what it holds the lease of, a turn at a time."""

    trouble = ""
    """It has none of its own: what one partition meets ends the turn of all."""

    def __init__(
        self,
        owner: str,
        *,
        topics: Iterable[Topic] = tuple(TOPICS.values()),
        settings: broker.Settings | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._owner = owner
        self._topics = tuple(topics)
        self._names = [topic.name for topic in self._topics]
        self._settings = settings or {}
        self._monotonic = monotonic
        self._complaints = broker.Complaints()
        self._producer: Producer | None = None
        self._berths: Berths | None = None
        self._mirror: Mirror | None = None
        self._save_at = monotonic()
        self._mean_bytes = 10_000.0
        self._now: datetime | None = None
        self._turns = 0

    def turn(self, now: datetime) -> int:
        """Ship what is there, as far as there is room; returns how many records were sent or acknowledged.

        Raises TransientError or ConsumerStopped where Kafka does not take them; the next turn begins again.
        """
        try:
            return self._turn(now)
        except KafkaException as error:
            self.forget()
            raise broker.refusal(error.args[0]) from error
        except Exception:
            self.forget()
            raise

    def behind(self) -> bool:
        """Whether there are records that no relay has shipped to this cluster and saved as shipped."""
        if self._berths is None or self._mirror is None or self._mirror.is_behind():
            return True
        saved = self._berths.saved()
        return any(saved.get(place, 0) < end for place, end in ends_of(self._names).items())

    def forget(self) -> None:
        """Throw the producer away, and what it still has; positions say where to begin again."""
        producer, self._producer, self._berths = self._producer, None, None
        if producer is not None:
            with suppress(KafkaException):
                producer.purge()
                producer.flush(0)

    def close(self) -> None:
        """Wait for what is in flight, but not long, and give the leases back."""
        if self._producer is None or self._berths is None:
            return
        self._producer.flush(CLOSE_SECONDS)
        berths = self._berths
        with suppress(Fenced):
            berths.save(self._now)
        berths.release()
        self.forget()

    def _turn(self, now: datetime) -> int:
        self._now = now
        producer, berths, mirror = self._open()
        lanes = berths.lanes(now)
        self._begin_again(berths, lanes.values())
        ends = ends_of(self._names)
        waiting = [lane for place, lane in lanes.items() if lane.is_open and lane.following < ends.get(place, 0)]
        moved = self._ship_shares(producer, berths, waiting, ends)
        mirror.turn(producer, lanes.keys(), now)
        moved += producer.poll(0 if moved or not len(producer) else WAIT_SECONDS)
        self._complaints.check(is_patient=True)
        if not moved or self._monotonic() >= self._save_at:
            berths.save(now)
            self._save_at = self._monotonic() + SAVE_SECONDS
        return moved

    def _ship_shares(
        self, producer: Producer, berths: Berths, waiting: Sequence[Lane], ends: Mapping[Place, int]
    ) -> int:
        """The same number of records of each lane, as long as there is room; the next turn begins with another one."""
        moved, limit = 0, max(1, min(AT_ONCE, int(BYTES_AT_ONCE / self._mean_bytes)))
        self._turns += 1
        first = self._turns % max(1, len(waiting))
        for number, lane in enumerate([*waiting[first:], *waiting[:first]]):
            share = -(-(limit - moved) // (len(waiting) - number))
            if share < 1:
                break
            moved += self._ship(producer, berths, lane, ends[lane.place], share)
        return moved

    def _open(self) -> tuple[Producer, Berths, Mirror]:
        if self._producer is None or self._berths is None or self._mirror is None:
            self._complaints = broker.Complaints()
            producer = broker.connect(Producer, self._complaints, ROLE, self._settings)
            cluster = broker.look(producer, self._topics, self._complaints)
            self._producer, self._mirror = producer, Mirror(cluster)
            self._berths = Berths(cluster, self._topics, self._owner)
        return self._producer, self._berths, self._mirror

    def _begin_again(self, berths: Berths, lanes: Iterable[Lane]) -> None:
        """Lanes that met a failure of one record, an emptied topic, or a new generation, once they are quiet."""
        epoch = current_epoch()
        for lane in lanes:
            if lane.failed is not None and lane.failed.code() != KafkaError.MSG_SIZE_TOO_LARGE:
                raise broker.refusal(lane.failed)
            if lane.epoch != epoch:
                lane.was_emptied = lane.epoch != 0
                lane.epoch = epoch
            if lane.is_open or lane.in_flight:
                continue
            if lane.was_emptied:
                log.warning("shipped again from the start", topic=lane.place[0], partition=lane.place[1])
            lane.again(berths.oldest_kept(lane.place) if lane.was_emptied else lane.acknowledged)

    def _ship(self, producer: Producer, berths: Berths, lane: Lane, end: int, limit: int) -> int:
        """Send up to `limit` records of a lane; returns how many the producer took."""
        sent = size = 0
        for shipment in shipments(lane.place, lane.following, end, limit):
            if not self._send(producer, berths, lane, shipment):
                break
            sent += 1
            size += len(shipment.value)
        else:
            if not sent and not lane.in_flight:
                log.error("records are missing from the log", topic=lane.place[0], partition=lane.place[1])
                lane.again(end)
        if sent:
            self._mean_bytes += 0.2 * (size / sent - self._mean_bytes)
        return sent

    def _send(self, producer: Producer, berths: Berths, lane: Lane, shipment: Shipment) -> bool:
        """Hand a record to the producer, its value left out where it is too large; False if the queue stays full."""
        is_elsewhere = shipment.offset in lane.too_large or len(shipment.value) > lane.most_bytes
        value = None if is_elsewhere else shipment.value
        headers = wire.headers_of(shipment.offset, shipment.epoch, shipment.headers, is_elsewhere=is_elsewhere)
        _, partition = lane.place
        until: float | None = None
        while True:
            try:
                producer.produce(
                    *(lane.name, value, shipment.key, partition, lane.delivered),
                    timestamp=shipment.milliseconds,
                    headers=headers,
                )
                break
            except BufferError:
                until = until or self._monotonic() + FULL_SECONDS
                if self._monotonic() >= until:
                    return False
                producer.poll(WAIT_SECONDS)
        lane.sent(shipment.offset)
        if is_elsewhere:
            self._note_too_large(berths, lane, shipment)
        return True

    def _note_too_large(self, berths: Berths, lane: Lane, shipment: Shipment) -> None:
        topic, partition = lane.place
        berths.refused(lane)
        lane.too_large.discard(shipment.offset)
        size = len(shipment.value)
        log.warning("too large for Kafka, readers take it from SQL", topic=topic, partition=partition, bytes=size)
