"""Watches from the environment (ASIN_WATCHLIST) and from config/watchlist.txt. Both only add."""

from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings

from products import services
from products.models import Watch
from products.watchlist import Line, read_lines

log = structlog.get_logger(__name__)


def add_configured(now: datetime) -> int:
    """Add what is configured and not yet watched; returns how many. Called on each tick, so no restart is needed."""
    if settings.DEMO:
        return 0
    added = _add(read_lines("\n".join(settings.ASIN_WATCHLIST)), Watch.Origin.ENVIRONMENT, now)
    return added + _add(read_lines(_read(settings.WATCHLIST_FILE)), Watch.Origin.FILE, now)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        log.warning("watchlist_file_skipped", reason=f"{path.name} cannot be read: {error.strerror}.")
        return ""


def _add(lines: list[Line], origin: Watch.Origin, now: datetime) -> int:
    for line in lines:
        if line.verdict not in ("ok", "duplicate"):
            log.warning("watchlist_entry_skipped", origin=origin.label, line=line.number, reason=line.message)
    wanted = [line.asin for line in lines if line.asin]
    if not wanted:
        return 0
    return len(services.watch(wanted, origin=origin, now=now).added)
