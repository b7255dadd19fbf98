"""The admin of the site itself: the beat schedule, where it is kept in the database."""

from django.conf import settings
from django.contrib import admin
from django_celery_beat import models as beat

HIDDEN = [beat.ClockedSchedule, beat.SolarSchedule]
"""Kinds of schedule that no job here has a use for."""
if not settings.REDIS_URL:  # the schedule is then the dictionary in celery.py, and rows would promise what nobody reads
    HIDDEN += [beat.PeriodicTask, beat.IntervalSchedule, beat.CrontabSchedule]

admin.site.unregister(HIDDEN)
