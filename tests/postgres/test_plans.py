"""What is asked all the time is answered by an index, on 100,000 listings and as many rows of the other tables."""

import pytest

from benchmarks.services.plans import PRODUCTS, fill, plans, read_whole
from products.models import Listing


@pytest.mark.django_db
def test_no_large_table_is_read_from_end_to_end() -> None:
    fill(PRODUCTS)
    found = dict(plans())
    assert Listing.objects.count() == 100_000
    assert len(found) == 12
    assert {name: whole for name, plan in found.items() if (whole := read_whole(plan))} == {}
