"""Rows of the project itself: firings of the beat schedule, its jobs as declared, and the workers that are there."""

from django.db import models


class BeatSlot(models.Model):
    """One firing of a scheduled job. The unique key makes a second beat harmless."""

    job = models.CharField(max_length=60)
    slot = models.BigIntegerField(help_text="Unix time of the firing divided by the interval.")
    fired_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "slot"], name="beat_slot_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.slot}"


class DeclaredJob(models.Model):
    """A job of `celery.py` as it was written to django-celery-beat's tables, to tell a person's change from ours."""

    name = models.CharField(max_length=200, primary_key=True)
    every = models.PositiveIntegerField(help_text="Seconds.")

    def __str__(self) -> str:
        return self.name


class WorkerSeen(models.Model):
    """A Celery worker that runs, or ran until its row fell silent."""

    name = models.CharField(max_length=255, primary_key=True, help_text="Celery's name: poll@machine.")
    queues = models.JSONField(help_text="What it takes messages from.")
    busy = models.PositiveIntegerField(help_text="Tasks under way when it was seen.")
    at_once = models.PositiveIntegerField(help_text="Tasks it can have under way.")
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
