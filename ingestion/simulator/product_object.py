"""Keepa's product object: which keys are there, which are null and which are missing (keepa.md 10)."""

from typing import Any

from ingestion.simulator.catalogue import Fees, Item, fees, item
from ingestion.simulator.domains import DOMAINS
from ingestion.simulator.names import LANGUAGES

Product = dict[str, Any]

INVALID = 4
SUB_CATEGORY = 1_000
GRAMS_OF_CARTON = 60
SOLD = (50, 100, 200, 300, 400, 500, 1_000)
"""Amazon's badge of units bought in the past month."""

NULLS = (
    "color", "size", "edition", "format", "upcList", "parentAsin", "variations", "offers", "liveOffersOrder",
    "buyBoxSellerIdHistory", "coupon", "promotions", "ebayListingIds", "frequentlyBoughtTogether", "features",
    "description", "languages", "contributors", "author", "salesRanks",
)  # fmt: skip
"""Keys that are present with null when there is nothing; keepa.md 10 has the recordings' split."""


def root_category(number: int, domain: int) -> int:
    """The id of a root category, which differs from shop to shop."""
    return 300_000_000 + domain * 1_000_000 + number * 7_919


def sub_category(number: int, domain: int) -> int:
    """The id of the one category below a root."""
    return root_category(number, domain) + SUB_CATEGORY


def invalid_product(asin: str, domain: int) -> Product:
    """What Keepa says of an ASIN that is unknown or gone: almost nothing."""
    return {"csv": None, "asin": asin, "domainId": domain, "productType": INVALID, "title": None, "lastUpdate": 0}


def describe(asin: str, domain: int, *, csv: list[Any] | None, moments: tuple[int, int, int]) -> Product:
    """The object without statistics. `moments`: tracked since, last price change, last update (Keepa minutes)."""
    thing, known = item(asin), fees(asin, domain)
    tracked, changed, updated = moments
    product: Product = {"csv": csv, **dict.fromkeys(NULLS), **_naming(thing, domain), **_size(thing, known)}
    product |= {
        "asin": asin,
        "domainId": domain,
        "productType": 0,
        "hasReviews": True,
        "isAdultProduct": False,
        "isEligibleForTradeIn": False,
        "isEligibleForSuperSaverShipping": False,
        "isRedirectASIN": False,
        "isSNS": False,
        "publicationDate": -1,
        "releaseDate": -1,
        "trackingSince": tracked,
        "listedSince": tracked - 1_440 * (1 + thing.pick("listed", 300)),
        "lastUpdate": updated,
        "lastPriceChange": changed,
        "lastRatingUpdate": updated,
        "lastEbayUpdate": -1,
    }
    return product | _fees(thing, known, updated) | _signals(thing, updated)


def _signals(thing: Item, updated: int) -> Product:
    """What Keepa says of few products: a badge of sales, how often it comes back, whether it burns or melts."""
    found: Product = {}
    if thing.pick("badge", 5) == 1:
        found |= {"monthlySold": SOLD[thing.pick("sold", len(SOLD))], "lastSoldUpdate": updated - 1_440}
    if (returned := thing.pick("returns", 20)) < 3:
        found["returnRate"] = 2 if returned == 0 else 1
    if thing.pick("hazard", 40) == 0:
        found["hazardousMaterials"] = [{"aspect": "transportation_regulatory_class", "value": "9"}]
    if thing.pick("heat", 40) == 0:
        found["isHeatSensitive"] = True
    return found


def _naming(thing: Item, domain: int) -> Product:
    category = thing.category
    root = root_category(category.number, domain)
    leaf = sub_category(category.number, domain)
    name = category.names[LANGUAGES.index(DOMAINS[domain].language)]
    return {
        "title": thing.title(domain),
        "brand": thing.brand,
        "manufacturer": thing.brand,
        "model": f"M{thing.pick('part', 100_000):05d}",
        "partNumber": f"{thing.pick('part', 100_000):05d}",
        "type": category.kind,
        "productGroup": name,
        "binding": name,
        "rootCategory": root,
        "categories": [leaf],
        "categoryTree": [{"catId": root, "name": name}, {"catId": leaf, "name": f"{name}: {category.kind.title()}"}],
        "salesRankReference": root,
        "eanList": [thing.ean],
    }


def _size(thing: Item, known: Fees) -> Product:
    """Without an FBA fee Amazon has not measured the package either."""
    size = thing.size
    measured = known.pick_and_pack is not None
    return {
        "packageLength": size.length * measured,
        "packageWidth": size.width * measured,
        "packageHeight": size.height * measured,
        "packageWeight": size.weight * measured,
        "itemLength": size.length - 20,
        "itemWidth": size.width - 20,
        "itemHeight": max(size.height - 10, 5),
        "itemWeight": size.weight - GRAMS_OF_CARTON,
        "packageQuantity": thing.pack if thing.pack > 1 or thing.pick("quantity", 2) else -1,
        "numberOfItems": thing.pack if thing.pick("items", 3) else -1,
        "numberOfPages": -1,
    }


def _fees(thing: Item, known: Fees, updated: int) -> Product:
    found: Product = {"fbaFees": None}
    if known.pick_and_pack is not None:
        found["fbaFees"] = {"pickAndPackFee": known.pick_and_pack, "lastUpdate": updated}
    elif thing.pick("feeless", 2):
        found["fbaFees"] = {"pickAndPackFee": -1}
    if known.referral is not None:
        found["referralFeePercentage"] = known.referral / 100
    if known.closing is not None:
        found["variableClosingFee"] = known.closing
    return found
