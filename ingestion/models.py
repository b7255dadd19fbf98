"""Rows of the ingestion app: the event log, positions, dead letters, Keepa's tokens, poll runs."""

from django.db import models

from products.marketplaces import CHOICES


class LogEpoch(models.Model):
    """One row: the generation of this log. Raised by `topics recreate`, which a restore makes mandatory."""

    epoch = models.PositiveIntegerField(default=1)


class LogPartition(models.Model):
    """Where the next record of a partition goes. Its row lock, held to commit, numbers records without gaps."""

    topic = models.CharField(max_length=60)
    partition = models.PositiveSmallIntegerField()
    next_offset = models.BigIntegerField(default=0)
    first_offset = models.BigIntegerField(default=0, help_text="Oldest record that is still kept.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "partition"], name="log_partition_once")]

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]"


class LogRecord(models.Model):
    """A fact at a place in the log. `value` is compressed (ingestion/eventlog/values.py).

    `epoch` is the log's generation when it was appended; `topics recreate` lifts the records that some group has
    still to read into the new one.
    """

    topic = models.CharField(max_length=60)
    partition = models.PositiveSmallIntegerField()
    offset = models.BigIntegerField()
    key = models.CharField(max_length=64)
    value = models.BinaryField()
    headers = models.JSONField(default=dict)
    timestamp = models.DateTimeField()
    epoch = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "partition", "offset"], name="log_record_once")]

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.offset}"


class LogPosition(models.Model):
    """How far a group has read: `next_offset` is saved in the transaction that holds the effects.

    The counters are for pages; `conservation` proves from records and rows instead.
    """

    group = models.CharField(max_length=60)
    topic = models.CharField(max_length=60)
    partition = models.PositiveSmallIntegerField()
    next_offset = models.BigIntegerField(default=0)
    owner = models.CharField(max_length=36, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    applied = models.BigIntegerField(default=0)
    superseded = models.BigIntegerField(default=0)
    set_aside = models.BigIntegerField(default=0)
    saved_at = models.DateTimeField(null=True, blank=True)
    record_time = models.DateTimeField(null=True, blank=True, help_text="Timestamp of the last record passed.")
    broker_cluster = models.CharField(
        max_length=64, blank=True, help_text="The Kafka cluster that broker_offset is of."
    )
    broker_offset = models.BigIntegerField(null=True, blank=True, help_text="Where to seek; it proves nothing.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "topic", "partition"], name="log_position_once")]

    def __str__(self) -> str:
        return f"{self.group} {self.topic}[{self.partition}]"


class RelayPosition(models.Model):
    """How far the log was shipped to a partition of a Kafka cluster, and which relay may ship there.

    `next_offset` is the log's number, saved after the broker has acknowledged what is before it, for the log's
    generation `epoch`; `broker_offset` is the broker's own number of what comes next, by which an emptied topic shows.
    """

    cluster = models.CharField(max_length=64)
    topic = models.CharField(max_length=60)
    partition = models.PositiveSmallIntegerField()
    next_offset = models.BigIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=0)
    broker_offset = models.BigIntegerField(default=0)
    owner = models.CharField(max_length=36, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    too_large = models.BigIntegerField(default=0, help_text="Records that the broker refused; readers have SQL.")
    saved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cluster", "topic", "partition"], name="relay_position_once")]

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}] on {self.cluster}"


class ConsumerState(models.Model):
    """What a member of a group last did: when it went round, and why it stands still if it does."""

    group = models.CharField(max_length=60)
    owner = models.CharField(max_length=36)
    seen_at = models.DateTimeField()
    stopped_because = models.TextField(blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "owner"], name="consumer_state_once")]

    def __str__(self) -> str:
        return f"{self.group} {self.owner}"


class DeadLetter(models.Model):
    """A record set aside, with its reason. Inserted in the transaction that passes the record."""

    class Kind(models.TextChoices):
        DECODE = "decode", "cannot be decoded"
        SCHEMA = "schema", "does not fit the contract"
        CONSTRAINT = "constraint", "refused by the database"
        POLICY = "policy", "refused by a rule"

    class State(models.TextChoices):
        OPEN = "open", "waits for a decision"
        REPLAYED = "replayed", "appended to its topic again"
        DROPPED = "dropped", "given up"

    group = models.CharField(max_length=60)
    topic = models.CharField(max_length=60)
    partition = models.PositiveSmallIntegerField()
    offset = models.BigIntegerField()
    epoch = models.PositiveIntegerField()
    key = models.CharField(max_length=64)
    value = models.BinaryField(help_text="The record's bytes, untouched and uncompressed.")
    headers = models.JSONField(default=dict)
    timestamp = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    reason = models.CharField(max_length=500)
    error_class = models.CharField(max_length=80, blank=True)
    attempts = models.PositiveSmallIntegerField(default=1)
    failed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(max_length=300, blank=True)
    mirrored = models.CharField(max_length=64, blank=True, help_text="The Kafka cluster that has a copy.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "topic", "partition", "offset", "epoch"], name="dead_letter_once")
        ]
        indexes = [
            models.Index(
                fields=["failed_at"], include=["group"], condition=models.Q(state="open"), name="dead_letter_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.topic}[{self.partition}]@{self.offset}"


class TokenBucket(models.Model):
    """Keepa's tokens as last told, one locked row shared by all processes (keepa.md 6).

    `key_digest` names the key without showing it. `balance` is what the newest answer said, moved by refills
    in between; `server_ms` is that answer's timestamp, so that a late answer cannot overwrite a newer state.
    """

    key_digest = models.CharField(max_length=64, primary_key=True)
    balance = models.IntegerField(default=0)
    refill_rate = models.PositiveIntegerField(default=0)
    flow_reduction = models.FloatField(default=0.0)
    refill_at = models.DateTimeField(null=True)
    server_ms = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField()
    blocked_because = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.balance} tokens"


class TokenReservation(models.Model):
    """Tokens of a request under way; stays until an answer, its own or a later one, tells the balance."""

    bucket = models.ForeignKey(TokenBucket, on_delete=models.CASCADE, related_name="reservations")
    tokens = models.PositiveIntegerField()
    purpose = models.CharField(max_length=20)
    sent_at = models.DateTimeField()
    unanswered = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.tokens} for {self.purpose}"


class TokenUse(models.Model):
    """Tokens spent on a UTC day, for the ceilings and the pipeline page."""

    day = models.DateField(primary_key=True)
    tokens = models.PositiveIntegerField(default=0)
    requests = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.day)


class PollRun(models.Model):
    """One request to Keepa: what was asked, what it cost, how it ended. Kept for seven days.

    `marketplace` is empty and `listings` 0 where only the balance was asked, which is noted when it fails.
    """

    started_at = models.DateTimeField(db_index=True)
    marketplace = models.CharField(max_length=2, choices=CHOICES)
    listings = models.PositiveSmallIntegerField()
    tokens = models.PositiveIntegerField(default=0)
    milliseconds = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=20, help_text="ok, or the name of the error.")
    message = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.started_at} {self.marketplace} {self.outcome}"


class UiLatency(models.Model):
    """From Keepa's answer to the pulse that names the panel, in milliseconds; the newest thousand are kept."""

    milliseconds = models.PositiveIntegerField()
    measured_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.milliseconds} ms"
