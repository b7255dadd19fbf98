"""Celery's messages in a folder, each there as a whole or not at all.

kombu's own transport opens a message under its final name and then writes it, so that a reader may take it while it is
empty, which ends the worker (docs/decisions/0003-celery-on-files.md).
"""

import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog
from kombu.transport import filesystem
from kombu.utils.json import dumps

log = structlog.get_logger(__name__)


class Channel(filesystem.Channel):
    """Writes beside the queue and renames; skips what a power cut has mutilated."""

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]  # stubs give it two names
        """Put a message into a queue. The name begins with a time, by which readers take the oldest first."""
        target = Path(self.data_folder_out) / f"{time.monotonic_ns():020}_{uuid4()}.{queue}.msg"
        part = target.with_suffix(".part")
        part.write_text(dumps(payload))
        part.replace(target)

    def _get(self, queue: str, timeout: float | None = None) -> Any:  # noqa: ARG002 - kombu's signature
        """The oldest message of a queue. Raises Empty where there is none."""
        while True:
            try:
                return super()._get(queue)
            except ValueError:  # kombu has removed its file by then
                log.warning("unreadable message dropped", queue=queue)


class Transport(filesystem.Transport):
    """kombu's transport with our channel."""

    Channel = Channel
