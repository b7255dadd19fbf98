"""Flower, with a password and read-only."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from arbitrage_site import environment
from arbitrage_site.celery import app

LEAST = 12
OPEN_TO_ALL = r"/metrics"
"""An address that Flower answers without a password; our own /metrics has what is worth watching."""


class Command(BaseCommand):
    help = "Serve Flower at FLOWER_BIND for FLOWER_USER with FLOWER_PASSWORD: read-only, and only with REDIS_URL."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        user, password = environment.read("FLOWER_USER"), environment.read("FLOWER_PASSWORD")
        host, _, port = environment.read("FLOWER_BIND").rpartition(":")
        if refusal := _refusal(user, password, host, port):
            raise CommandError(refusal)
        _configure(f"{user}:{password}", host.strip("[]"), int(port))
        app.start(["--quiet", "flower"])


def _refusal(user: str, password: str, host: str, port: str) -> str:
    """Why Flower does not start; empty when it does."""
    if not settings.REDIS_URL:
        return "Flower watches Celery on Redis; set REDIS_URL. Without it the pipeline page shows the worker."
    if len(password) < LEAST:
        return f"FLOWER_PASSWORD has fewer than {LEAST} characters; Flower shows every task, so set a longer one."
    if not f"{user}{password}".isascii() or ":" in user or not user:
        return "FLOWER_USER and FLOWER_PASSWORD must be plain ASCII, and the user must have no colon."
    if not host or not port.isdecimal():
        return "FLOWER_BIND must be an address and a port, such as 127.0.0.1:5555."
    return ""


def _configure(credentials: str, host: str, port: int) -> None:
    """Set Flower's options in this process: neither the command line nor the environment shows them to others."""
    for name in [name for name in os.environ if name.startswith("FLOWER_")]:
        del os.environ[name]  # Flower reads options from there, one of which opens its API to everyone
    from flower.options import options  # importing it defines tornado's options, which only this command wants
    from flower.urls import handlers

    handlers[:] = [handler for handler in handlers if not isinstance(handler, tuple) or handler[0] != OPEN_TO_ALL]
    options.basic_auth = [credentials]
    options.address, options.port = host, port
    options.read_only = True
    options.logging = "warning"
