"""Keeping the search index up to date: records wake, the work list is a table, the drain has a thread of its own."""

from ingestion.indexing.consumer import IndexConsumer

__all__ = ["IndexConsumer"]
