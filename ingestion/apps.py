"""The Django app."""

from django.apps import AppConfig


class IngestionConfig(AppConfig):
    name = "ingestion"

    def ready(self) -> None:
        """Register the checks."""
        from ingestion import kafka_checks  # noqa: F401 - imported for its registration
