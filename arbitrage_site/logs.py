"""Logging: one constant event name per line plus fields, as JSON or for people."""

from collections.abc import Sequence
from typing import Any

import structlog
from structlog.typing import EventDict

_QUIET = ("GET /ui/pulse", "GET /health", "GET /metrics")


def _drop_quiet(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """Machines and live pages ask these every second or so; an answer that went well is not worth a line."""
    went_well = event.get("event") == "request_finished" and event.get("code") in {200, 204}
    if went_well and str(event.get("request", "")).startswith(_QUIET):
        raise structlog.DropEvent
    return event


class _Hide:
    """Replaces secrets in a finished line, wherever they came from: a field, a message or a trace."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self.secrets = [secret for secret in secrets if secret]

    def __call__(self, _logger: Any, _name: str, line: str) -> str:
        for secret in self.secrets:
            line = line.replace(secret, "[hidden]")
        return line


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
]


def configure_logging(*, level: str, form: str, hidden: Sequence[str] = ()) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING dictionary. `form` is json or console; `hidden` never shows."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            _drop_quiet,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer, _Hide(hidden)],
            }
        },
        "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line"}},
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": {
            # These two write full request addresses, and Keepa's address carries the key.
            "httpx2": {"level": "WARNING"},
            "httpcore2": {"level": "WARNING"},
            # A line per request, and of a failed one what its caller says anyway.
            "elastic_transport": {"level": "ERROR"},
            # Its lines about 4xx repeat "request_finished", and come when the request's id is gone.
            "django.request": {"level": "ERROR"},
            # Each tick would say four times that it came and went; the tasks say themselves what they did.
            "celery": {"level": "WARNING"},
            "django_structlog.celery": {"level": "WARNING"},
        },
    }
