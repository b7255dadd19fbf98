"""Scheduled jobs on Celery: the broker, beat, the workers, and whether all of it works."""
