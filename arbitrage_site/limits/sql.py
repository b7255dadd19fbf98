"""Counters in the SQLite file of the cache, for installations without Redis."""

import math
import time

from django.db import Error as DatabaseError
from django.db import connections

from arbitrage_site.cache_file import ALIAS
from arbitrage_site.limits.base import CountersAway

TIDY_EVERY = 500
"""Rows of windows that are over are removed by every so many-th count of a window that begins."""

_ADD = """
INSERT INTO counters (name, n, ends_at) VALUES (%s, 1, %s)
ON CONFLICT (name) DO UPDATE SET
  n = CASE WHEN ends_at <= %s THEN 1 ELSE n + 1 END,
  ends_at = CASE WHEN ends_at <= %s THEN excluded.ends_at ELSE ends_at END
RETURNING n, ends_at, rowid
"""


class SqlCounters:
    """One statement per count; the table is made by the connection (`arbitrage_site.cache_file`)."""

    def add(self, key: str, seconds: int) -> tuple[int, int]:
        moment = time.time()
        n, ends_at, row = self._run(_ADD, [key, moment + seconds, moment, moment])
        if n == 1 and row % TIDY_EVERY == 0:
            self._run("DELETE FROM counters WHERE ends_at <= %s", [moment])
        return int(n), min(seconds, max(1, math.ceil(ends_at - moment)))

    def forget(self, key: str) -> None:
        self._run("DELETE FROM counters WHERE name = %s", [key])

    def _run(self, statement: str, values: list[str | float]) -> tuple[int, float, int]:
        try:
            with connections[ALIAS].cursor() as cursor:
                cursor.execute(statement, values)
                rows: list[tuple[int, float, int]] = cursor.fetchall()
        except DatabaseError as error:
            raise CountersAway(f"The counters' file did not answer: {error}.") from error
        return rows[0] if rows else (0, 0.0, 0)
