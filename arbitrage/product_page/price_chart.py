"""The points of the price chart, thinned for a screen, and the same as a table of closing prices."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from arbitrage.economics.loading import load_rates
from arbitrage.economics.rates import EURO, PPM, Conversion
from arbitrage_site import clock
from products import series
from products.marketplaces import CODES
from products.models import Listing, Product
from products.series import thinning

KINDS = {"buy_box": series.BUY_BOX, "new": series.NEW, "amazon": series.AMAZON, "rank": series.SALES}
RANGES = {"7": 7, "30": 30, "90": 90, "365": 365, "all": 20 * 365}
TABLE_DAYS = 30


@dataclass(frozen=True, slots=True)
class ChartQuery:
    """Which series and how many days; `native` keeps each marketplace's own currency."""

    kind: str = "new"
    days: str = "90"
    native: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "ChartQuery":
        """What an address asks for; a word it does not know means the default."""
        kind, days = given.get("kind", ""), given.get("days", "")
        return cls(
            kind if kind in KINDS else cls().kind, days if days in RANGES else cls().days, given.get("native") == "1"
        )


def price_chart(product: Product, query: ChartQuery, now: datetime) -> dict[str, Any]:
    """JSON for the chart: per marketplace [millisecond, minor units or null for a gap], held to its last observation.

    Amounts are EUR cents unless `native`; they are drawn, never calculated with.
    """
    end = clock.minute_of(now)
    start = end - RANGES[query.days] * clock.MINUTES_PER_DAY
    lines = []
    for listing, points, currency in _histories(product, query):
        shown = thinning.thin(thinning.window(points, start, min(end, listing.source_minute)))
        lines.append(
            {
                "code": listing.marketplace,
                "currency": currency,
                "points": [
                    [millisecond(minute), None if value < 0 else value]
                    for minute, value in zip(shown.minutes.tolist(), shown.values.tolist(), strict=True)
                ],
            }
        )
    break_at = millisecond(series.NEW_LANDED_SINCE) if query.kind == "new" and start < series.NEW_LANDED_SINCE else None
    return {"kind": query.kind, "lines": lines, "from": millisecond(start), "to": millisecond(end), "break": break_at}


def daily_closes(product: Product, query: ChartQuery, now: datetime) -> list[tuple[date, list[tuple[int | None, str]]]]:
    """The last thirty days, newest first: each marketplace's closing price and currency in the order of CODES."""
    first = now.date() - timedelta(days=TABLE_DAYS - 1)
    columns = {
        listing.marketplace: (series.daily(points, first, TABLE_DAYS, until=listing.source_minute), listing.currency)
        for listing, points, _ in _histories(product, query, convert=False)
    }
    return [
        (first + timedelta(days=index), [_close(columns.get(code), index) for code in CODES])
        for index in reversed(range(TABLE_DAYS))
    ]


def _close(column: tuple[series.Daily, str] | None, index: int) -> tuple[int | None, str]:
    if column is None:
        return None, EURO
    value = int(column[0].close[index])
    return (value if value >= 0 else None), column[1]


def _histories(
    product: Product, query: ChartQuery, *, convert: bool = True
) -> Iterator[tuple[Listing, series.Series, str]]:
    """Each listing with the asked series and its currency: EUR unless told otherwise, its own if there is no rate."""
    rates = load_rates() if convert and not query.native and query.kind != "rank" else None
    rows = sorted(Listing.objects.filter(product=product), key=lambda row: CODES.index(row.marketplace))
    for listing in rows:
        points = series.of_listing(listing).get(KINDS[query.kind])
        if points is None or not len(points.minutes):
            continue
        day = clock.moment_of(listing.source_minute).date()
        rate = rates.conversion(listing.currency, EURO, day) if rates else None
        if isinstance(rate, Conversion):
            yield listing, _converted(points, rate), EURO
        else:
            yield listing, points, listing.currency


def _converted(points: series.Series, rate: Conversion) -> series.Series:
    """In EUR cents, for drawing. Minus one stays what it means: nothing on offer."""
    if rate.origin == rate.currency:
        return points
    ppm = rate.numerator * PPM // rate.denominator
    values = (points.values.astype(np.int64) * ppm + PPM // 2) // PPM
    return series.series_of(points.minutes, np.where(points.values < 0, points.values, values))


def millisecond(minute: int) -> int:
    """A Keepa minute as the charts count time."""
    return (minute + clock.KEEPA_EPOCH_MINUTES) * 60_000
