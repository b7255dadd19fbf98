"""The query string of a request, read as Keepa reads it; what it would refuse is refused with its status."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

INVALID = "invalidParameter"
BAD_REQUEST, PAYMENT_REQUIRED, NOT_FOUND, OUT_OF_RANGE = 400, 402, 404, 405


class Refused(Exception):
    """A request that Keepa does not serve: HTTP status, `error.type`, `error.message`.

    `knows_bucket` is False where the answer carries zeros instead of the bucket's state.
    """

    def __init__(self, status: int, kind: str, message: str, *, knows_bucket: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.knows_bucket = knows_bucket


def invalid(message: str) -> Refused:
    """400, the request is malformed."""
    return Refused(BAD_REQUEST, INVALID, message)


def out_of_range(message: str) -> Refused:
    """405, a parameter is out of its range."""
    return Refused(OUT_OF_RANGE, INVALID, message, knows_bucket=True)


class Parameters:
    """The parameters of one request. A repeated one counts once, the first time."""

    def __init__(self, query: str) -> None:
        self._values: dict[str, str] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            self._values.setdefault(name, value)

    @classmethod
    def of(cls, environ: Mapping[str, object]) -> "Parameters":
        """The parameters of a WSGI request."""
        return cls(str(environ.get("QUERY_STRING", "")))

    def text(self, name: str) -> str | None:
        """A parameter as it stands, or None where it is not given."""
        return self._values.get(name)

    def number(self, name: str) -> int | None:
        """An integer, or None where it is not given."""
        value = self._values.get(name)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError:
            raise invalid(f"{name} must be a whole number.") from None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A 0/1 parameter."""
        value = self.number(name)
        if value not in (None, 0, 1):
            raise invalid(f"{name} must be 0 or 1.")
        return default if value is None else bool(value)

    def listed(self, name: str, *, at_most: int) -> list[str]:
        """A comma separated list, in order; more than `at_most` entries are refused."""
        entries = [entry.strip() for entry in (self._values.get(name) or "").split(",") if entry.strip()]
        if len(entries) > at_most:
            raise out_of_range(f"{name} takes at most {at_most} entries, not {len(entries)}.")
        return entries

    def numbers(self, name: str, *, at_most: int) -> list[int]:
        """A comma separated list of integers."""
        try:
            return [int(entry) for entry in self.listed(name, at_most=at_most)]
        except ValueError:
            raise invalid(f"{name} must be whole numbers.") from None

    def at_least(self, name: str, low: int) -> int | None:
        """An integer not below `low`, or None where it is not given."""
        value = self.number(name)
        if value is not None and value < low:
            raise out_of_range(f"{name} must be at least {low}.")
        return value

    def within(self, name: str, low: int, high: int) -> int | None:
        """An integer of a closed range, or None where it is not given."""
        value = self.number(name)
        if value is not None and not low <= value <= high:
            raise out_of_range(f"{name} must be {low} to {high}.")
        return value
