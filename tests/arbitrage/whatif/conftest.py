"""Each test has a database of its own, and so must begin without what the process keeps."""

from collections.abc import Iterator

import pytest

from arbitrage.models import SellerProfile
from arbitrage.whatif.snapshot import keeper
from arbitrage.whatif.terms import rate_keeper
from tests import factories


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    yield
    keeper.forget()
    rate_keeper.forget()


@pytest.fixture
def trader(db: None) -> SellerProfile:
    """The default profile: registered in three countries, and the UK border is known."""
    SellerProfile.objects.all().delete()
    given = {"inbound": 50, "vat_registrations": ["DE", "IT", "UK"], "freight": 200, "brokerage": 100, "duty": 47_000}
    return factories.profile("German seller", **given)
