"""The request's id goes out with every answer, so that what a person reports finds its lines in the log."""

from typing import Any

import structlog
from django.dispatch import receiver
from django.http import HttpResponse
from django_structlog import signals

HEADER = "X-Request-ID"


@receiver(signals.bind_extra_request_finished_metadata)
@receiver(signals.update_failure_response)
def name_request(response: HttpResponse, **kwargs: Any) -> None:  # noqa: ARG001 - a signal's receiver
    """Put the id that is bound to this request's log lines into its answer."""
    response[HEADER] = structlog.contextvars.get_contextvars().get("request_id", "")
