#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import DatabaseError

from arbitrage_site.database import trouble

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arbitrage_site.settings")
    try:
        execute_from_command_line(sys.argv)
    except DatabaseError as error:
        found = trouble(error)
        if found is None:
            raise
        sys.exit(str(found))
