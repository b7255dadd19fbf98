"""What an installation needs before its processes start: the right servers, tables, topics, schedule, search index.

`python -m arbitrage_site.prepare` is the service `migrate` of docker-compose.yml; `make run` does the same. All of it
can be repeated, and what is there already is left alone.
"""

import os
import sys
from collections.abc import Callable

from django.core.management import CommandError, call_command
from django.db import Error as DatabaseError

from arbitrage_site.database import trouble


def prepare() -> None:
    """Raises CommandError with what is wrong, such as a server that does not answer."""
    from django.conf import settings

    require_database()
    say("Preparing the database ...")
    call_command("migrate", verbosity=0)
    if settings.REDIS_URL:
        call_command("seed_schedule")
    if settings.KAFKA:
        call_command("topics", "create")
    if settings.ELASTICSEARCH_URL:
        call_command("search_rebuild", if_missing=True)
    call_command("check", deploy=True, tags=["services"], fail_level="ERROR")  # last: topics and index belong to it
    if settings.DEMO:
        call_command("load_demo")


def require_database() -> None:
    """Raises CommandError with why PostgreSQL cannot be used, before a pool tries for seconds; nothing on SQLite."""
    from arbitrage_site import postgres

    if postgres.is_used() and (said := postgres.refusal()):
        raise CommandError(said)


def say(sentence: str) -> None:
    """Show a line at once."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def main() -> None:
    """Prepare with the settings of the environment."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arbitrage_site.settings")
    django.setup()
    call_command("check", fail_level="ERROR")
    prepare()


def begin(start: Callable[[], None]) -> None:
    """Call it as a program: what stands in its way ends the process with a sentence, a mistake with its trace."""
    try:
        start()
    except CommandError as error:
        sys.exit(str(error))
    except DatabaseError as error:
        found = trouble(error)
        if found is None:
            raise
        sys.exit(str(found))


if __name__ == "__main__":
    begin(main)
