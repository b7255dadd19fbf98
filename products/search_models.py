"""Rows that keep the search index in step with the others. `products.search` writes them."""

from django.db import models


class SearchDirty(models.Model):
    """A product whose search document has to be written, with the version that made it so. Written by `touch`.

    `retry_at` in the future means that somebody has it in hand, or that the last try failed and the next one waits.
    A parked row is one that Elasticsearch refuses for what it holds: it waits for the next change, or for a rebuild.
    No foreign key: a product that was deleted is still to be removed from the index.
    """

    asin = models.CharField(max_length=10, primary_key=True)
    document_version = models.PositiveBigIntegerField()
    since = models.DateTimeField(help_text="When the oldest change that is not in the index was made.")
    attempts = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField()
    is_parked = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True, default="", help_text="Why the last try failed.")

    class Meta:
        verbose_name_plural = "search dirty"
        indexes = [
            models.Index(fields=["retry_at"], condition=models.Q(is_parked=False), name="search_dirty_due"),
        ]

    def __str__(self) -> str:
        return f"{self.asin} {self.document_version}"


class SearchTombstone(models.Model):
    """A product that was deleted, for 7 days: the version with which its document was removed from the index."""

    asin = models.CharField(max_length=10, primary_key=True)
    version = models.PositiveBigIntegerField()
    deleted_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.asin} {self.version}"


class SearchLease(models.Model):
    """Who may do something with the index that only one process may do at a time."""

    name = models.CharField(max_length=20, primary_key=True)
    owner = models.CharField(max_length=40)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.owner}"
