"""What a status or an `error` object of Keepa means for us, each with one sentence (keepa.md 4 and 5)."""

import math

from ingestion.errors import KeepaError, KeepaKeyRefused, KeepaOutOfTokens, KeepaRejected, KeepaUnavailable
from ingestion.keepa.envelope import Envelope
from ingestion.keepa.texts import clean_text

_REJECTED = {
    400: "Keepa rejected the request as malformed, or the key has an impossible form (status 400)",
    404: "Keepa does not know this path; check KEEPA_BASE_URL (status 404)",
    405: "Keepa says that a parameter is out of its range (status 405)",
}
_UNAVAILABLE = {
    500: "Keepa had a fault of its own (status 500)",
    503: "Keepa is out of service for the moment (status 503)",
}


def by_status(status: int, envelope: Envelope | None) -> KeepaError:
    """The error of an answer whose status is not 200; `envelope` is None where its body could not be read."""
    if status in _REJECTED:
        return KeepaRejected(_sentence(_REJECTED[status], envelope), envelope=envelope)
    if status == 402:
        return KeepaKeyRefused(_sentence("Keepa gives this key no access (status 402)", envelope), envelope=envelope)
    if status == 429:
        return _out_of_tokens(envelope or Envelope())
    if 300 <= status < 400:
        opening = f"Keepa answered with a redirect (status {status}), which is not followed; check KEEPA_BASE_URL"
        return KeepaUnavailable(opening + ".", envelope=envelope)
    opening = _UNAVAILABLE.get(status, f"Keepa answered with the unexpected status {status}")
    return KeepaUnavailable(_sentence(opening, envelope), envelope=envelope)


def by_error(envelope: Envelope) -> KeepaError:
    """The error of an answer with status 200 that carries `error` in place of what was asked for."""
    kind = envelope.error.type if envelope.error else ""
    if kind == "unauthorized":
        return KeepaKeyRefused(_sentence("Keepa gives this key no access", envelope), envelope=envelope)
    if kind == "invalidParameter":
        return KeepaRejected(_sentence("Keepa rejected a parameter", envelope), envelope=envelope)
    return KeepaUnavailable(_sentence("Keepa answered with an error", envelope), envelope=envelope)


def _out_of_tokens(envelope: Envelope) -> KeepaOutOfTokens:
    seconds = envelope.seconds_until_positive()
    when = "never: trackings take the whole refill" if math.isinf(seconds) else f"in {math.ceil(seconds)} s"
    return KeepaOutOfTokens(
        f"Keepa's token balance is {envelope.tokens_left} (status 429); it is positive again {when}.",
        wait_seconds=seconds,
        envelope=envelope,
    )


def said(envelope: Envelope | None) -> str:
    """Keepa's own words about an error, on one line; empty where it has none."""
    if envelope is None or envelope.error is None:
        return ""
    error = envelope.error
    words = " ".join(part for part in (error.type, error.message, error.details) if part)
    return clean_text(words, longest=300).rstrip(".")


def _sentence(opening: str, envelope: Envelope | None) -> str:
    words = said(envelope)
    return f"{opening}: {words}." if words else f"{opening}."
