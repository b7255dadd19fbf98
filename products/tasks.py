"""Celery doors of the products app."""
