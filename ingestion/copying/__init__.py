"""Moving a whole database to another engine: every table, compared by digests, or nothing at all."""
