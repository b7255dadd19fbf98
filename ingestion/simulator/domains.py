"""What the simulator knows of each Keepa domain: level of prices, currency, language (keepa.md 3)."""

from dataclasses import dataclass

from products.marketplaces import MARKETPLACES


@dataclass(frozen=True, slots=True)
class Domain:
    """`level` is minor units of the domain's currency for one euro cent; `amazon_seller` Amazon's own seller id."""

    id: int
    language: str
    level: float
    amazon_seller: str


DOMAINS: dict[int, Domain] = {
    entry.id: entry
    for entry in (
        Domain(1, "en", 1.08, "A1DEMOUSAMZN"),
        Domain(2, "en", 0.86, "A2DEMOUKAMZN"),
        Domain(3, "de", 1.0, "A3DEMODEAMZN"),
        Domain(4, "fr", 1.0, "A4DEMOFRAMZN"),
        Domain(5, "en", 1.65, "A5DEMOJPAMZN"),
        Domain(6, "en", 1.5, "A6DEMOCAAMZN"),
        Domain(8, "it", 1.0, "A8DEMOITAMZN"),
        Domain(9, "es", 1.0, "A9DEMOESAMZN"),
        Domain(10, "en", 95.0, "AADEMOINAMZN"),
        Domain(11, "es", 20.0, "ABDEMOMXAMZN"),
        Domain(12, "es", 6.0, "ACDEMOBRAMZN"),
    )
}
EU_DOMAINS: tuple[int, ...] = tuple(entry.domain_id for entry in MARKETPLACES.values() if entry.in_eu)
