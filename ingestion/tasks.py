"""Celery doors of the ingestion app."""
