"""Rows of the project itself: firings of the beat schedule."""

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
