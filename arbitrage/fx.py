"""Exchange rates from the European Central Bank (economics.md 4). Whatever goes wrong, the stored rates stay."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError

import httpx2
from defusedxml import DefusedXmlException, ElementTree
from django.conf import settings
from django.db import transaction

from arbitrage.models import FxRate
from arbitrage_site.http import UnreadableBody, body_of, http_client
from products.marketplaces import MARKETPLACES
from products.services import want_recompute

CURRENCIES = sorted({entry.currency for entry in MARKETPLACES.values()} - {"EUR"})
"""What must be in the file: every marketplace's currency except the euro, in which it quotes."""

CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
SOURCE = "ECB euro foreign exchange reference rates"
READ_SECONDS = 20.0
PLACES = Decimal("0.000001")
_RATE = re.compile(r"[0-9]{1,8}(\.[0-9]{1,6})?")


class FxUnavailable(Exception):
    """No usable rates; the message is a sentence for the log."""


def fetch(now: datetime, *, transport: httpx2.BaseTransport | None = None) -> list[FxRate]:
    """Ask for the newest rates and store them, with the wish to compute all products again where any changed.

    Returns the rows that are new or changed; raises FxUnavailable.
    """
    rows = parse(_body(transport), now)
    known = {(row.day, row.currency): row.rate for row in FxRate.objects.filter(day__in={row.day for row in rows})}
    changed = [row for row in rows if known.get((row.day, row.currency)) != row.rate]
    with transaction.atomic():
        FxRate.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["day", "currency"], update_fields=["rate", "source"]
        )
        if changed:
            want_recompute()
    return changed


def parse(body: bytes, now: datetime) -> list[FxRate]:
    """The rates of each day in the file, as unsaved rows. Raises FxUnavailable with what is wrong with it."""
    try:
        root = ElementTree.fromstring(body)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise FxUnavailable("The exchange rates that came are not the XML of the ECB; the old ones stay.") from error
    rows = [row for day in root.iter(CUBE) if day.get("time") for row in _of_day(day, now)]
    if not rows:
        raise FxUnavailable("The ECB's file holds no day of exchange rates; the old ones stay.")
    return rows


def _body(transport: httpx2.BaseTransport | None) -> bytes:
    url = settings.ECB_RATES_URL
    try:
        with http_client(read_seconds=READ_SECONDS, transport=transport) as client:
            response = client.get(url)
            if response.status_code != 200:
                raise FxUnavailable(f"{url} answered {response.status_code}; the old exchange rates stay.")
            return body_of(response)
    except (httpx2.HTTPError, httpx2.InvalidURL, UnreadableBody) as error:
        raise FxUnavailable(f"No exchange rates from {url} ({type(error).__name__}); the old ones stay.") from error


def _of_day(day: Element, now: datetime) -> Iterator[FxRate]:
    fixed_on = _day(day.get("time", ""), now)
    quoted = dict(_quotes(day.iter(CUBE)))
    for currency in CURRENCIES:
        if currency not in quoted:
            raise FxUnavailable(f"The ECB's file of {fixed_on} has no {currency}; the old exchange rates stay.")
        yield FxRate(day=fixed_on, currency=currency, rate=_rate(currency, quoted[currency]), source=SOURCE)


def _quotes(cubes: Iterable[Element]) -> Iterator[tuple[str, str]]:
    for cube in cubes:
        currency, rate = cube.get("currency"), cube.get("rate")
        if currency and rate:
            yield currency, rate


def _day(text: str, now: datetime) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise FxUnavailable("The ECB's file names a day that is none; the old exchange rates stay.") from error
    if day > (now + timedelta(days=1)).date():
        raise FxUnavailable(f"The ECB's file is of {day}, which is in the future; the old exchange rates stay.")
    return day


def _rate(currency: str, text: str) -> Decimal:
    """A positive rate as it can be stored: at most six decimals."""
    rate = Decimal(text) if _RATE.fullmatch(text) else Decimal(0)
    if rate <= 0:
        raise FxUnavailable(f"The ECB's file has an impossible rate of {currency}; the old exchange rates stay.")
    return rate.quantize(PLACES)
