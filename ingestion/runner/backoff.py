"""Growing pauses between tries, with jitter so that processes do not try in step."""

from random import Random

from arbitrage_site.backoff import longest_pause

FIRST_SECONDS = 0.2
MOST_SECONDS = 30.0


class Backoff:
    """The pause before the next try: random below a bound that doubles with each failure in a row."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._failures = 0

    def failed(self) -> float:
        """Seconds to wait after one more failure, at least half of the bound."""
        bound = longest_pause(self._failures, first=FIRST_SECONDS, most=MOST_SECONDS)
        self._failures += 1
        return bound * self._random.uniform(0.5, 1.0)

    def succeeded(self) -> None:
        """Begin anew."""
        self._failures = 0
