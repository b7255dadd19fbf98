"""Celery doors of the arbitrage app."""
