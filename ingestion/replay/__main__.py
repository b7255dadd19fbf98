"""A replay's child process; its environment names the replay's database (ingestion/replay/places.py)."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arbitrage_site.settings")
django.setup()

from ingestion.replay.steps import run  # noqa: E402 - Django has to be set up first

if __name__ == "__main__":
    sys.exit(" ".join(run()) or 0)
