"""What can go wrong while facts get in: bad data, bad weather, and what Keepa says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ingestion.keepa.envelope import Envelope


Kind = Literal["decode", "schema", "constraint", "policy"]
"""A DeadLetter.Kind value."""


class InvalidRecord(Exception):
    """A record that can never be applied; it is set aside with this reason."""

    def __init__(self, reason: str, *, kind: Kind = "schema") -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind


class TransientError(Exception):
    """Something that may pass by itself; the batch is tried again with growing pauses and nothing is set aside."""


class ConsumerStopped(Exception):
    """A consumer must not go on; the message is the sentence that the pipeline page shows."""


class KeepaError(Exception):
    """Keepa did not give what was asked. `permanent` says whether asking again can help.

    `envelope` is what the refusal said about the token bucket; None when there was no answer that could be read.
    """

    permanent = True

    def __init__(self, message: str, *, envelope: Envelope | None = None) -> None:
        super().__init__(message)
        self.envelope = envelope


class KeepaRejected(KeepaError):
    """400, 404, 405, or an `error` of type invalidParameter: the request itself is wrong."""


class KeepaKeyRefused(KeepaError):
    """402: the key gives no access. Polling stops until the key is changed."""


class KeepaOutOfTokens(KeepaError):
    """429: the balance is not positive. `wait_seconds` is when it will be, by keepa.md 5; infinite if never."""

    permanent = False

    def __init__(self, message: str, *, wait_seconds: float, envelope: Envelope | None = None) -> None:
        super().__init__(message, envelope=envelope)
        self.wait_seconds = wait_seconds


class KeepaUnavailable(KeepaError):
    """500, 503, network, time-out, or an answer that is not Keepa's JSON."""

    permanent = False


class NotPayable(KeepaError):
    """The local bucket will not send this request now. `wait_seconds` is None when waiting can never help."""

    permanent = False

    def __init__(self, message: str, *, wait_seconds: float | None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds
        self.permanent = wait_seconds is None
