"""The five marketplaces. The only place that knows Keepa's ids, hosts, currencies and locales (keepa.md 3)."""

from dataclasses import dataclass
from typing import Literal

Code = Literal["DE", "IT", "ES", "UK", "FR"]


@dataclass(frozen=True, slots=True)
class Marketplace:
    """`code` is our word for it, `domain_id` Keepa's; `in_eu` says whether goods cross a customs border."""

    code: Code
    domain_id: int
    host: str
    currency: str
    locale: str
    country: str
    in_eu: bool

    def product_url(self, asin: str) -> str:
        """The product's page on Amazon, built from this table alone."""
        return f"https://www.{self.host}/dp/{asin}"


MARKETPLACES: dict[str, Marketplace] = {
    entry.code: entry
    for entry in (
        Marketplace("DE", 3, "amazon.de", "EUR", "de-DE", "Germany", in_eu=True),
        Marketplace("IT", 8, "amazon.it", "EUR", "it-IT", "Italy", in_eu=True),
        Marketplace("ES", 9, "amazon.es", "EUR", "es-ES", "Spain", in_eu=True),
        Marketplace("UK", 2, "amazon.co.uk", "GBP", "en-GB", "United Kingdom", in_eu=False),
        Marketplace("FR", 4, "amazon.fr", "EUR", "fr-FR", "France", in_eu=True),
    )
}
CODES: tuple[Code, ...] = tuple(entry.code for entry in MARKETPLACES.values())
BY_DOMAIN: dict[int, Marketplace] = {entry.domain_id: entry for entry in MARKETPLACES.values()}
BY_HOST: dict[str, Marketplace] = {entry.host: entry for entry in MARKETPLACES.values()}
PAIRS: tuple[tuple[str, str], ...] = tuple((s, t) for s in CODES for t in CODES if s != t)
"""The 20 directed pairs (source, target)."""
CHOICES = [(entry.code, entry.code) for entry in MARKETPLACES.values()]
