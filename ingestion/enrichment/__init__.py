"""Enrichment: raw Keepa records become listings with history, and events in our words."""

from ingestion.enrichment.consumer import EnrichmentConsumer
from ingestion.enrichment.folding import fold

__all__ = ["EnrichmentConsumer", "fold"]
