"""The client over real HTTP against the simulated Keepa: every endpoint, every fault, and the tokens of both sides."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from arbitrage_site.clock import minute_of
from ingestion.errors import InvalidRecord, KeepaError, KeepaKeyRefused, KeepaRejected, KeepaUnavailable, NotPayable
from ingestion.keepa.bucket import Bucket
from ingestion.keepa.client import KeepaClient
from ingestion.keepa.envelope import Answer
from ingestion.keepa.histories import history_of
from ingestion.keepa.paid import PaidClient, Patience
from ingestion.keepa.payload import decode_product
from ingestion.simulator.catalogue import GONE_PREFIX, demo_asins
from products.marketplaces import BY_DOMAIN
from products.series import BUY_BOX, NEW, RATING, SALES
from tests.simulator import KEY, Running, running_simulator

ASINS = demo_asins(12)


@pytest.fixture
def keepa() -> Iterator[Running]:
    with running_simulator(rate=20) as running:
        yield running


@pytest.fixture
def client(keepa: Running) -> Iterator[KeepaClient]:
    client = KeepaClient(key=KEY, base_url=keepa.url)
    yield client
    client.close()


def now_of(keepa: Running) -> datetime:
    return datetime.fromtimestamp(keepa.simulator.clock.now_ms() / 1000, UTC)


def decode(answer: Answer, now: datetime) -> dict[str, set[int]]:
    """The kept series of each product."""
    products = [decode_product(raw) for raw in answer.products.values()]
    return {product.asin: set(history_of(product, latest=minute_of(now))) for product in products}


@pytest.mark.parametrize("domain", BY_DOMAIN)
def test_products_of_every_marketplace_decode(keepa: Running, client: KeepaClient, domain: int) -> None:
    answer = client.products(domain, ASINS, buybox=True, rating=True, stats=90)
    found = decode(answer, now_of(keepa))
    assert answer.asked == tuple(ASINS)
    assert set().union(*found.values()) >= {NEW, SALES, RATING, BUY_BOX}
    assert answer.envelope.tokens_consumed <= 4 * len(ASINS)


def test_an_asin_that_is_gone_is_a_product_with_almost_nothing(client: KeepaClient) -> None:
    answer = client.products(3, [f"{GONE_PREFIX}0001", ASINS[0]])
    gone = decode_product(answer.products[f"{GONE_PREFIX}0001"])
    assert gone.product_type == 4
    assert history_of(gone, latest=0) == {}


def test_a_code_finds_the_product_that_carries_it(client: KeepaClient) -> None:
    product = decode_product(client.products(3, ASINS[:1]).products[ASINS[0]])
    assert ASINS[0] in client.codes(3, product.eans, limit=5).products


def test_search_categories_and_best_sellers_lead_to_products(client: KeepaClient) -> None:
    roots = client.category(3, [0]).categories
    assert all(category.name for category in roots.values())
    best = client.bestsellers(3, next(iter(roots)))
    assert best.asins
    product = decode_product(client.products(3, best.asins[:1]).products[best.asins[0]])
    words = str(product.title).split()[0]
    assert 1 <= len(client.search(3, words, page=0).products) <= 10


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("500", "status 500"),
        ("503", "status 503"),
        ("cut", "cannot be read"),
        ("html", "cannot be read"),
        ("error-with-200", "internal"),
        ("no-products", "has no `products`"),
    ],
)
def test_an_outage_says_what_it_is_and_passes(keepa: Running, client: KeepaClient, fault: str, says: str) -> None:
    keepa.simulator.faults.plan(fault)
    with pytest.raises(KeepaUnavailable, match=says):
        client.products(3, ASINS)
    assert len(client.products(3, ASINS).products) == len(ASINS)


@pytest.mark.parametrize("fault", ["unknown-keys", "reordered", "longer-csv", "shorter-csv"])
def test_harmless_surprises_change_nothing(keepa: Running, client: KeepaClient, fault: str) -> None:
    expected = decode(client.products(3, ASINS), now_of(keepa))
    keepa.simulator.faults.plan(fault)
    assert decode(client.products(3, ASINS), now_of(keepa)).keys() == expected.keys()


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("string-numbers", r"got `str` - at `\$\.(domainId|rootCategory|lastUpdate|packageWeight)`"),
        ("future-time", "series NEW has the time .* in the future"),
        ("huge-price", "series NEW has the value 2147483648"),
        ("broken-triple", "series BUY_BOX_SHIPPING has .* no multiple of 3"),
    ],
)
def test_a_broken_product_is_refused_by_name(keepa: Running, client: KeepaClient, fault: str, says: str) -> None:
    keepa.simulator.faults.plan(fault)
    answer = client.products(3, ASINS[:1], buybox=True)
    with pytest.raises(InvalidRecord, match=says):
        decode(answer, now_of(keepa))


@pytest.mark.parametrize(("key", "error"), [("short", KeepaRejected), ("x" * 64, KeepaKeyRefused)])
def test_a_wrong_key_is_refused(keepa: Running, key: str, error: type[KeepaError]) -> None:
    client = KeepaClient(key=key, base_url=keepa.url)
    with pytest.raises(error):
        client.token()
    client.close()


@pytest.mark.django_db
def test_both_sides_count_the_same_tokens_and_the_reserve_is_never_touched(keepa: Running, client: KeepaClient) -> None:
    bucket = Bucket(KEY)
    paid = PaidClient(client, bucket, Patience(sleep=lambda _: None, now=lambda: now_of(keepa)))
    keepa.simulator.bucket.set_balance(200)
    refused: list[float] = []
    for step in range(25):
        try:
            paid.products(3, ASINS, buybox=step % 2 == 0, rating=step % 3 == 0)
        except NotPayable as error:
            refused.append(error.wait_seconds or 0)
            keepa.advance(refused[-1] / 60)
        theirs = keepa.simulator.bucket.state(keepa.simulator.clock.now_ms())
        ours = bucket.state(now_of(keepa))
        assert (ours.tokens, ours.reserved) == (theirs.tokens_left, 0)
        assert theirs.tokens_left >= ours.reserve
    assert len(refused) >= 5
    assert all(0 < seconds <= 3 * 60 for seconds in refused)
