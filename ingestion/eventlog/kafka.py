"""Reading the event log from Kafka: the group shares partitions there, positions and numbers are the database's.

A record's number is in its headers. Smaller than the next one: a repeat of the relay, dropped and counted. Larger:
what lies between is read from SQL, and what is in neither stops the group. So where reading begins on the broker is a
matter of speed alone, and a cluster may be lost or replaced (docs/decisions/0012-numbers-in-headers.md).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

import structlog
from django.db import transaction

from arbitrage_site import metrics
from ingestion.errors import ConsumerStopped
from ingestion.eventlog import broker, wire
from ingestion.eventlog.base import Fenced, Passed, Place, Record
from ingestion.eventlog.holdings import Holdings
from ingestion.eventlog.membership import Membership
from ingestion.eventlog.reading import current_epoch, ends_of, even_shares, is_behind, records_from
from ingestion.eventlog.shelf import Shelf
from ingestion.models import RelayPosition
from ingestion.topics import PARTITIONS, Topic

log = structlog.get_logger(__name__)

MOST_RECORDS = 10_000
MOST_BYTES = 8_000_000
"""What may wait here beside what librdkafka holds (`queued.max.messages.kbytes`)."""
AT_ONCE = 2_000


class KafkaReader:
    """A member of a group that reads Kafka; `owner` names the member (`owners.new_owner`)."""

    def __init__(
        self, group: str, topics: Sequence[Topic], owner: str, *, settings: broker.Settings | None = None
    ) -> None:
        self.group = group
        self.epoch = 1
        self.trouble = ""
        self._topics = topics
        self._names = [topic.name for topic in topics]
        self._settings = settings or {}
        self._holdings = Holdings(group, topics, owner)
        self._membership: Membership | None = None
        self._shelves: dict[Place, Shelf] = {}
        self._idle: dict[Place, int] = {}

    def poll(self, limit: int, now: datetime) -> Sequence[Record]:
        """See `Reader.poll`. The generation is read first: a record can then only seem too new, never too old."""
        self._see(current_epoch())
        is_due = self._holdings.refresh(now)
        if is_due:
            self._notice_a_lost_client()
        membership = self._membership or self._join()
        try:
            self._shelve(membership.consume(self._room()))
            self._settle(membership, now)
        except ConsumerStopped:
            self._leave()  # the next poll joins again, and looks first whether the reason is gone
            raise
        if is_due:
            self._notice_what_never_came(membership.cluster)
        return self._hand_out(limit)

    def save(self, passed: Mapping[Place, Passed], now: datetime) -> None:
        """See `Reader.save`. Kafka learns of it after the commit, for lag tools alone."""
        membership = self._membership
        if current_epoch() != self.epoch:
            raise Fenced("The log's generation was raised.")
        if membership is None or not passed.keys() <= self._shelves.keys():
            raise Fenced(f"Kafka gave a partition of {self.group} to another member.")
        seeks = {place: self._shelves[place].broker_offset(move.next_offset) for place, move in passed.items()}
        self._holdings.move(passed, now, {place: (membership.cluster, offset) for place, offset in seeks.items()})
        transaction.on_commit(partial(membership.tell, seeks))

    def forget(self) -> None:
        """See `Reader.forget`. What arrived stays: positions say what of it is new."""
        self._holdings.forget()

    def behind(self) -> bool:
        """See `Reader.behind`."""
        return is_behind(self.group, self._names)

    def close(self) -> None:
        """See `Reader.close`."""
        self._leave()
        self._holdings.release()

    def _join(self) -> Membership:
        self._membership = Membership(self.group, self._topics, self._holdings.seek, self._settings)
        return self._membership

    def _leave(self) -> None:
        membership, self._membership = self._membership, None
        self._shelves.clear()
        if membership is not None:
            membership.close()

    def _see(self, epoch: int) -> None:
        """Notice a new generation: what arrived of an older one comes again."""
        if epoch == self.epoch:
            return
        self.epoch = epoch
        for place, shelf in self._shelves.items():
            shelf.renew(epoch, self._holdings.position(place))

    def _room(self) -> int:
        """How many messages to ask for: one at least, since asking is also how a member stays in its group."""
        records = sum(map(len, self._shelves.values()))
        is_full = records >= MOST_RECORDS or sum(shelf.bytes for shelf in self._shelves.values()) >= MOST_BYTES
        return 1 if is_full else AT_ONCE

    def _shelve(self, messages: Sequence[wire.Received]) -> None:
        repeated = foreign = 0
        names = {broker.name_of(name): name for name in self._names}
        for message in messages:
            place = names[message.topic()], message.partition()
            arrival = wire.arrival_of(message, place)
            if arrival is None:
                foreign += 1
                continue
            if arrival.epoch > self.epoch:
                self._see(current_epoch())
            shelf = self._shelves.get(place) or self._new_shelf(place)
            if not shelf.add(arrival, self.epoch):
                repeated += 1
        metrics.records(self.group, "repeated", repeated)
        if foreign:
            log.warning("messages without a number ignored", records=foreign)

    def _new_shelf(self, place: Place) -> Shelf:
        """Raises ConsumerStopped for a partition that was added on the broker: no position is kept of it."""
        topic, partition = place
        if partition >= PARTITIONS:
            broker.check_partitions(topic, partition + 1)
        self._shelves[place] = Shelf(self._holdings.position(place))
        return self._shelves[place]

    def _settle(self, membership: Membership, now: datetime) -> None:
        """Let the database follow what Kafka assigned and took away."""
        if membership.given_up:
            for place in membership.given_up:
                self._shelves.pop(place, None)
            self._holdings.give_back(membership.given_up)
            membership.given_up.clear()
            self._holdings.refresh(now)
        self._holdings.take(membership.assigned, now)
        for place in membership.assigned:
            if place not in self._shelves:
                self._new_shelf(place)

    def _notice_a_lost_client(self) -> None:
        """Who has no partition and gets no answer joins again with another client at the next poll."""
        if self._membership is None or self._membership.assigned:
            return
        try:
            self._membership.look()
        except Exception:
            self._leave()
            raise

    def _notice_what_never_came(self, cluster: str) -> None:
        """What the relay has shipped and Kafka has not given for two looks is lost there: it is read from SQL."""
        idle = {
            place: self._holdings.position(place)
            for place, shelf in self._shelves.items()
            if not len(shelf) and shelf.expected == self._holdings.position(place)
        }
        stuck = [place for place, position in idle.items() if self._idle.get(place) == position]
        self._idle = idle
        if stuck:
            rows = RelayPosition.objects.filter(cluster=cluster, topic__in=self._names)
            for topic, partition, shipped in rows.values_list("topic", "partition", "next_offset"):
                if (topic, partition) in stuck:
                    self._shelves[topic, partition].until = shipped

    def _hand_out(self, limit: int) -> list[Record]:
        positions = {place: self._holdings.position(place) for place in self._shelves if self._holdings.holds(place)}
        for place, position in positions.items():
            self._shelves[place].passed(position)
        waiting = sorted(place for place, position in positions.items() if self._shelves[place].waits(position))
        records, self.trouble = even_shares(self.group, waiting, positions, limit, self._take)
        if records:
            self._refuse_the_future(records)
        return records

    def _take(self, place: Place, position: int, limit: int) -> list[Record]:
        return self._shelves[place].take(position, limit, partial(records_from, place))

    def _refuse_the_future(self, records: Sequence[Record]) -> None:
        """A number beyond the end of the log is of a later state of this database, which a restore has undone."""
        ends = ends_of(self._names)
        future = next((one for one in records if one.offset >= ends.get(one.place, 0)), None)
        if future is not None and future.epoch <= self.epoch:
            raise ConsumerStopped(
                f"Kafka has {future}, but that partition ends at {ends.get(future.place, 0)} in this database, which is"
                " older than the log: run `manage.py topics recreate --yes` after a restore."
            )
