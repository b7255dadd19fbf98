"""The thin Keepa client: five endpoints, typed errors, products as bytes (keepa.md 2 to 7)."""

from collections.abc import Sequence
from typing import TypeVar

import httpx2
import msgspec
import structlog
from msgspec import UNSET, Raw, UnsetType

from arbitrage_site.http import UnreadableBody, body_of, http_client
from ingestion.errors import KeepaError, KeepaKeyRefused, KeepaRejected, KeepaUnavailable
from ingestion.events import Asin
from ingestion.keepa import refusals
from ingestion.keepa.constants import MOST_ASINS, MOST_CATEGORIES, MOST_SEARCH_PAGES
from ingestion.keepa.envelope import Answer, BestSellers, Categories, Category, Envelope
from ingestion.keepa.metering import metered
from ingestion.keepa.texts import whole_characters
from ingestion.keepa.transport import KeyedTransport

__all__ = ["Answer", "KeepaClient"]

log = structlog.get_logger(__name__)


class _ProductBody(Envelope, frozen=True, rename="camel"):
    products: list[Raw] | UnsetType | None = UNSET


class _BestSellersList(msgspec.Struct, frozen=True, rename="camel"):
    asin_list: list[str] | None = None
    last_update: int | None = None


class _BestSellersBody(Envelope, frozen=True, rename="camel"):
    best_sellers_list: _BestSellersList | None = None


class _CategoryBody(Envelope, frozen=True, rename="camel"):
    categories: dict[int, Category] | UnsetType | None = UNSET
    category_parents: dict[int, Category] | None = None


class _Named(msgspec.Struct, frozen=True, rename="camel"):
    """What is read of each product here; the rest stays as Keepa sent it."""

    asin: Asin
    last_update: Raw | UnsetType = UNSET


Body = TypeVar("Body", bound=Envelope)
Params = dict[str, str | int]


class KeepaClient:
    """One key at one address, over pooled connections. Methods block and raise the tree under KeepaError.

    It neither waits nor retries, and it does not look at the token balance: `paid.PaidClient` does.
    """

    def __init__(self, *, key: str, base_url: str, transport: httpx2.BaseTransport | None = None) -> None:
        if not key:
            raise KeepaKeyRefused("There is no Keepa key: set KEEPA_API_KEY.")
        self._host = _host_of(base_url)
        self._transport = KeyedTransport(key, transport or httpx2.HTTPTransport())
        self._http = http_client(base_url=base_url, transport=self._transport)

    def __repr__(self) -> str:
        return f"KeepaClient({self._host})"

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def token(self) -> Envelope:
        """The state of the bucket. Free, and answered with a negative balance too."""
        envelope = self._get("/token", {}, Envelope)
        if not envelope.tells_balance:
            raise KeepaUnavailable("Keepa's answer about the tokens says nothing about them.", envelope=envelope)
        return envelope

    def products(
        self,
        domain_id: int,
        asins: Sequence[str],
        *,
        buybox: bool = False,
        rating: bool = False,
        days: int | None = None,
        stats: int | None = None,
        update: int | None = None,
    ) -> Answer:
        """Products by ASIN, at most 100. `days` cuts the histories, `stats` is an interval in days, `update` hours."""
        _bounded(len(asins), MOST_ASINS, "ASINs")
        params: Params = {"domain": domain_id, "asin": ",".join(asins), **_extras(buybox, rating, days, stats, update)}
        return self._products("/product", params, asked=tuple(asins))

    def codes(
        self,
        domain_id: int,
        codes: Sequence[str],
        *,
        limit: int,
        buybox: bool = False,
        rating: bool = False,
        days: int | None = None,
        stats: int | None = None,
    ) -> Answer:
        """Products by EAN, UPC or ISBN-13, at most `limit` per code: one code may carry very many ASINs."""
        _bounded(len(codes), MOST_ASINS, "codes")
        params: Params = {"domain": domain_id, "code": ",".join(codes), "code-limit": limit}
        return self._products("/product", params | _extras(buybox, rating, days, stats, None))

    def search(self, domain_id: int, term: str, *, page: int) -> Answer:
        """One page of ten products in Amazon's order, without histories. `page` counts from 0 to 9."""
        if not 0 <= page < MOST_SEARCH_PAGES:
            raise KeepaRejected(f"Keepa has search pages 0 to {MOST_SEARCH_PAGES - 1}; page {page} was asked for.")
        params: Params = {"domain": domain_id, "type": "product", "term": term, "page": page, "history": 0}
        return self._products("/search", params)

    def bestsellers(self, domain_id: int, category: int | str) -> BestSellers:
        """The best sellers of a category id or product group."""
        body = self._get("/bestsellers", {"domain": domain_id, "category": category}, _BestSellersBody)
        if body.error and body.best_sellers_list is None:
            raise refusals.by_error(_envelope(body))
        found = body.best_sellers_list or _BestSellersList()
        return BestSellers(_envelope(body), found.asin_list or [], found.last_update or 0)

    def category(self, domain_id: int, ids: Sequence[int], *, parents: bool = False) -> Categories:
        """Up to ten categories; the id 0 stands for all roots."""
        _bounded(len(ids), MOST_CATEGORIES, "categories")
        params: Params = {"domain": domain_id, "category": ",".join(map(str, ids)), "parents": int(parents)}
        body = self._get("/category", params, _CategoryBody)
        if body.categories is UNSET or (body.error and not body.categories):
            raise _without("categories", body)
        return Categories(_envelope(body), body.categories or {}, body.category_parents or {})

    def _products(self, path: str, params: Params, asked: tuple[str, ...] = ()) -> Answer:
        body = self._get(path, params, _ProductBody)
        if body.products is UNSET or (body.error and not body.products):
            raise _without("products", body)
        if body.error:
            log.warning("keepa_answered_in_part", error=refusals.said(body))
        return _answer(body, asked)

    def _get(self, path: str, params: Params, body_type: type[Body]) -> Body:
        """The decoded body of a 200. An `error` in it is left to the caller, who knows what was asked for."""
        with metered(path):
            status, content = self._send(path, params)
            if status != 200:
                raise refusals.by_status(status, _decoded(content, Envelope)[0])
            body, problem = _decoded(content, body_type)
            if body is None:
                body, problem = _decoded(whole_characters(content), body_type)
            if body is None:
                raise KeepaUnavailable(f"Keepa's answer cannot be read: {problem}")
            return body

    def _send(self, path: str, params: Params) -> tuple[int, bytes]:
        """Status and plain body, the key blotted out if the other side echoes it.

        The library's exception is dropped, not chained: its frames hold the address.
        """
        try:
            response = self._http.get(path, params=params)
            return response.status_code, self._transport.hide(body_of(response))
        except httpx2.TimeoutException:
            problem = f"Keepa ({self._host}) did not answer in time."
        except httpx2.ConnectError:
            problem = f"Keepa ({self._host}) cannot be reached: check the network and KEEPA_BASE_URL."
        except (httpx2.DecodingError, UnreadableBody):
            problem = "Keepa's answer cannot be read: its compression is damaged or was cut off."
        except httpx2.HTTPError as error:
            problem = f"The connection to Keepa ({self._host}) broke ({type(error).__name__})."
        raise KeepaUnavailable(problem)


def _host_of(base_url: str) -> str:
    try:
        address = httpx2.URL(base_url)
    except httpx2.InvalidURL:
        address = httpx2.URL("")
    if address.scheme not in ("http", "https") or not address.host:
        raise KeepaRejected("KEEPA_BASE_URL is not an address: it must look like https://api.keepa.com.")
    return address.host


def _extras(buybox: bool, rating: bool, days: int | None, stats: int | None, update: int | None) -> Params:
    wanted = {"buybox": int(buybox) or None, "rating": int(rating) or None, "days": days, "stats": stats}
    return {name: value for name, value in (wanted | {"update": update}).items() if value is not None}


def _bounded(count: int, most: int, what: str) -> None:
    if not 1 <= count <= most:
        raise KeepaRejected(f"One Keepa request takes 1 to {most} {what}; {count} were given.")


def _answer(body: _ProductBody, asked: tuple[str, ...]) -> Answer:
    """Products by ASIN: their order is not promised. One that does not name itself belongs to nothing."""
    answer = Answer(_envelope(body), {}, asked)
    for place, product in enumerate(body.products or []):
        named, problem = _decoded(product, _Named)
        if named is None:
            log.warning("keepa_product_without_asin", place=place, problem=problem)
        else:
            answer.products[named.asin] = product.copy()
            answer.updated[named.asin] = _minute(named.last_update)
    return answer


def _minute(last_update: Raw | UnsetType) -> int:
    """A lastUpdate, 0 where there is none to read: one bad product must not cost its neighbours.

    The record goes into the log all the same, and its consumer says what is wrong with it.
    """
    try:
        return max(0, msgspec.json.decode(last_update, type=int, strict=False)) if last_update else 0
    except msgspec.MsgspecError:
        return 0


def _without(payload: str, body: Envelope) -> KeepaError:
    if body.error:
        return refusals.by_error(_envelope(body))
    return KeepaUnavailable(f"Keepa's answer has no `{payload}`.", envelope=_envelope(body))


Decoded = TypeVar("Decoded", bound=msgspec.Struct)


def _decoded(content: bytes | Raw, struct: type[Decoded]) -> tuple[Decoded | None, str]:
    """The struct and no problem, or None and a sentence about what is wrong."""
    try:
        return msgspec.json.decode(content, type=struct), ""
    except msgspec.ValidationError as error:
        return None, f"{error}."
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None, "it is not JSON, or it was cut off."


def _envelope(body: Envelope) -> Envelope:
    """The envelope alone, without the payload that would stay in memory with it."""
    return Envelope(**{field: getattr(body, field) for field in Envelope.__struct_fields__})
