"""How long to wait after failures in a row."""


def longest_pause(failures: int, *, first: float, most: float) -> float:
    """Seconds that a pause may last: `first` after none, doubled with each failure, never above `most`.

    Callers draw below it at random, so that processes which failed together do not try again together.
    """
    return min(most, first * 2.0 ** min(failures, 64))
