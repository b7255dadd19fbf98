"""Rows of nearly every kind."""

from django.contrib.auth.models import User

from ingestion.eventlog.sql import Entry, append_entries
from ingestion.topics import RAW
from products.models import Tag
from tests import factories
from tests.ingestion.test_conservation import consume, load


def fill() -> None:
    """Sixteen listings, fifteen of them from 45 kept records; a record set aside; a flip; a user."""
    load()
    product = factories.product("B0COPY0001", eans=["4004122159147"])
    watch = factories.watch(product)
    watch.tags.add(Tag.objects.create(name="toys"))
    factories.listing(product, "DE", history_base=factories.history())
    factories.opportunity(product)
    User.objects.create_user("buyer", password="a long password")
    append_entries(RAW, [Entry("B0CONS0001", b"{", {})], now=factories.NOON)
    consume()
