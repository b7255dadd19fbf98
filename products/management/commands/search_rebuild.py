"""The search index from nothing, without a pause for those who search."""

import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from products.search.elastic.client import FAILURES, sentence
from products.search.elastic.state import server_refusal
from products.search.filling import RebuildFailed
from products.search.indices import places
from products.search.leases import Taken
from products.search.rebuild import GRACE_SECONDS, rebuild


class Command(BaseCommand):
    help = "Build the search index anew beside the old one, and swap it in when it is complete."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-missing", action="store_true", help="Do nothing where there is an index already.")
        parser.add_argument(
            "--grace", type=float, default=GRACE_SECONDS, help="Seconds for which the old index stays (%(default)s)."
        )

    def handle(self, *, if_missing: bool, grace: float, **_: Any) -> None:
        if not settings.ELASTICSEARCH_URL:
            raise CommandError("Search is in the database: there is no index to build unless ELASTICSEARCH_URL is set.")
        if trouble := server_refusal():
            raise CommandError(trouble)
        before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that a half-built index is removed
        try:
            if if_missing and places().live:
                self.stdout.write("The search index is there.")
                return
            rebuild(say=self.stdout.write, grace=grace)
        except FAILURES as error:
            raise CommandError(sentence(error)) from error
        except (RebuildFailed, Taken) as error:
            raise CommandError(str(error)) from error
        finally:
            signal.signal(signal.SIGTERM, before)
