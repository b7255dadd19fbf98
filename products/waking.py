"""Waking the planner, which lives a layer above."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

POLL_TASK = "ingestion.poll_due"


def wake_planner() -> None:
    """Send the planner a message, if the broker takes one within two seconds; else its next tick finds the work."""
    try:
        current_app.send_task(POLL_TASK)
    except (OperationalError, OSError) as error:
        log.warning("planner_not_woken", reason=type(error).__name__)
