"""Growing pauses between tries, with jitter so that processes do not try in step."""

from random import Random

FIRST_SECONDS = 0.2
MOST_SECONDS = 30.0


class Backoff:
    """The pause before the next try: random below a bound that doubles with each failure in a row."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._failures = 0

    def failed(self) -> float:
        """Seconds to wait after one more failure, at least half of the bound."""
        bound = min(MOST_SECONDS, FIRST_SECONDS * 2.0 ** min(self._failures, 16))
        self._failures += 1
        return bound * self._random.uniform(0.5, 1.0)

    def succeeded(self) -> None:
        """Begin anew."""
        self._failures = 0
