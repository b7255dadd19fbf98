"""What people paste: one ASIN or Amazon link a line, each with a verdict and a sentence."""

import re
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from products.marketplaces import BY_HOST, MARKETPLACES

Verdict = Literal["ok", "duplicate", "malformed", "foreign", "ean", "too_many"]

MOST_LINES = 5000
"""Lines read from one paste or file; what follows is named, not swallowed."""

_ASIN = re.compile(r"B[0-9A-Z]{9}|[0-9]{9}[0-9X]")
_IN_PATH = re.compile(r"/(?:dp|gp/product|gp/aw/d|exec/obidos/asin)/([0-9A-Za-z]{10})(?:[/?]|$)", re.IGNORECASE)
_AMAZON_HOST = re.compile(r"(?:[a-z-]+\.)?amazon\.[a-z.]{2,6}")
_SHOWN = 60
_HOSTS = ", ".join(entry.host for entry in MARKETPLACES.values())


@dataclass(frozen=True, slots=True)
class Line:
    """One line as read: `asin` is set when the verdict is ok or duplicate; `marketplace` when a link named one."""

    number: int
    text: str
    verdict: Verdict
    message: str
    asin: str | None = None
    marketplace: str | None = None


def read_lines(text: str) -> list[Line]:
    """Read a paste line by line; blank lines and comments (#) are passed over, later repeats marked as duplicates."""
    seen: set[str] = set()
    lines: list[Line] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        entry = raw.split("#", 1)[0].strip()
        if not entry:
            continue
        if len(lines) == MOST_LINES:
            message = f"Only the first {MOST_LINES} entries were read; paste the rest separately."
            lines.append(Line(number, entry[:_SHOWN], "too_many", message))
            break
        line = read_entry(entry, number)
        if line.verdict == "ok" and line.asin in seen:
            line = replace(line, verdict="duplicate", message=f"{line.asin} stands above already.")
        if line.asin:
            seen.add(line.asin)
        lines.append(line)
    return lines


def read_entry(entry: str, number: int = 1) -> Line:
    """The verdict on one entry: an ASIN, an ISBN-10, or a link to a product on one of the five marketplaces."""
    shown = entry if len(entry) <= _SHOWN else entry[:_SHOWN] + "…"
    if "/" in entry or "amazon." in entry.lower():
        return _read_link(entry, shown, number)
    compact = entry.replace("-", "").replace(" ", "").upper()
    if re.fullmatch(r"[0-9]{8}|[0-9]{12,14}", compact):
        return _read_ean(compact, shown, number)
    return _read_asin(compact, shown, number)


def _read_asin(code: str, shown: str, number: int) -> Line:
    if not _ASIN.fullmatch(code):
        return Line(number, shown, "malformed", f"“{shown}” is not an ASIN: ten letters and digits, like B0ABCD1234.")
    if not code.startswith("B") and not _isbn_fits(code):
        return Line(number, shown, "malformed", f"{code} looks like an ISBN-10, but its check digit is wrong.")
    return Line(number, shown, "ok", "", code)


def _read_ean(code: str, shown: str, number: int) -> Line:
    if not ean_fits(code):
        return Line(number, shown, "malformed", f"{code} looks like an EAN, but its check digit is wrong.")
    return Line(number, shown, "ean", f"{code} is an EAN; products are watched by ASIN, so paste the ASIN or a link.")


def _read_link(entry: str, shown: str, number: int) -> Line:
    host, path = _host_and_path(entry)
    marketplace = next((known for name, known in BY_HOST.items() if host == name or host.endswith("." + name)), None)
    if marketplace is None:
        where = f"{host} is" if _AMAZON_HOST.fullmatch(host) else "That link is"
        return Line(number, shown, "foreign", f"{where} not one of the five marketplaces ({_HOSTS}).")
    found = _IN_PATH.search(path)
    if not found:
        return Line(number, shown, "malformed", "That link leads to no product: it needs /dp/ and an ASIN.")
    line = _read_asin(found.group(1).upper(), shown, number)
    return Line(number, shown, line.verdict, line.message, line.asin, marketplace.code)


def _host_and_path(entry: str) -> tuple[str, str]:
    """Host and path of a web address; two empty strings for anything else."""
    try:
        parts = urlsplit(entry if "://" in entry else f"https://{entry}")
        host = parts.hostname or ""
    except ValueError:
        return "", ""
    return (host.lower(), parts.path) if parts.scheme in ("http", "https") else ("", "")


def ean_fits(code: str) -> bool:
    """Whether the last digit of a GTIN of 8, 12, 13 or 14 digits is its check digit."""
    digits = [int(character) for character in code.zfill(14)]
    return sum(digit * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits)) % 10 == 0


def _isbn_fits(code: str) -> bool:
    values = [10 if character == "X" else int(character) for character in code]
    return sum((10 - place) * value for place, value in enumerate(values)) % 11 == 0
