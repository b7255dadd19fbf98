"""Writes of the arbitrage app that a person causes."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser

from arbitrage.models import Alert, AlertRead


def mark_read(
    user: AbstractBaseUser, *, now: datetime, alert: UUID | None = None, until: datetime | None = None
) -> int:
    """Mark one alert, or all that occurred up to `until`, as read by a user. Returns how many were unread."""
    unread = Alert.objects.exclude(reads__user_id=user.pk)
    unread = unread.filter(pk=alert) if alert else unread.filter(occurred_at__lte=until)
    marks = [AlertRead(user_id=user.pk, alert_id=key, read_at=now) for key in unread.values_list("pk", flat=True)]
    AlertRead.objects.bulk_create(marks, ignore_conflicts=True, batch_size=500)
    return len(marks)
