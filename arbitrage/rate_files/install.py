"""Loading the files after a migration."""

import sys

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from arbitrage.rate_files.files import RefusedRates
from arbitrage.rate_files.loading import load

APP = "arbitrage"


def after_migration(using: str, verbosity: int) -> None:
    """Load the files once all tables of the app are there; a refusal leaves the rows as they are and is printed."""
    if using != DEFAULT_DB_ALIAS or not _is_current(using):
        return
    try:
        loaded = load()
    except RefusedRates as error:
        sys.stderr.write(f"The dated rates stay as they are: {error}\n")
        return
    if verbosity and loaded.moved:
        sys.stdout.write(f"Loaded dated rates: {loaded.added} new, {loaded.changed} changed.\n")


def _is_current(using: str) -> bool:
    """Whether all migrations of the app are applied: only then do the models fit the tables."""
    loader = MigrationExecutor(connections[using]).loader
    return all(leaf in loader.applied_migrations for leaf in loader.graph.leaf_nodes(APP))
