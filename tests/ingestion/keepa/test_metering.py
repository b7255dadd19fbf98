"""Requests to Keepa are counted by how they ended."""

import pytest
from prometheus_client import REGISTRY

from ingestion.errors import KeepaError, KeepaKeyRefused, KeepaOutOfTokens, KeepaRejected, KeepaUnavailable
from ingestion.keepa.metering import metered


def counted(outcome: str) -> float:
    labels = {"endpoint": "product", "outcome": outcome}
    return REGISTRY.get_sample_value("arbitrage_keepa_requests_total", labels) or 0.0


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (KeepaRejected("no"), "rejected"),
        (KeepaKeyRefused("no"), "key_refused"),
        (KeepaOutOfTokens("no", wait_seconds=1), "out_of_tokens"),
        (KeepaUnavailable("no"), "unavailable"),
    ],
)
def test_a_refusal_is_counted_and_passes_through(error: KeepaError, outcome: str) -> None:
    before = counted(outcome)
    with pytest.raises(type(error)), metered("/product"):
        raise error
    assert counted(outcome) == before + 1


def test_an_answer_is_counted_as_ok() -> None:
    before = counted("ok")
    with metered("/product"):
        pass
    assert counted("ok") == before + 1
