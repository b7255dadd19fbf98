"""The buy box: who had it when, and its part of the statistics (keepa.md 10 and 11)."""

from typing import Any

from ingestion.simulator.catalogue import item
from ingestion.simulator.csv_types import BUY_BOX, NOTHING, Csv
from ingestion.simulator.domains import DOMAINS

NOT_ASKED = -2
SUPPRESSED, AMAZON_SELLS = -1, 0

_UNKNOWN_FLAGS = (
    "buyBoxIsUnqualified", "buyBoxIsShippable", "buyBoxIsPreorder", "buyBoxIsFBA", "buyBoxIsAmazon", "buyBoxIsMAP",
    "buyBoxIsUsed", "buyBoxIsBackorder", "buyBoxIsPrimeExclusive", "buyBoxIsFreeShippingEligible",
    "buyBoxIsPrimeEligible", "buyBoxIsWarehouseDeal", "buyBoxMinOrderQuantity", "buyBoxMaxOrderQuantity",
    "buyBoxCondition", "buyBoxAvailabilityMessage", "buyBoxShippingCountry", "buyBoxSellerId",
)  # fmt: skip


def not_asked() -> dict[str, Any]:
    """The keys of the buy box in an answer that did not ask for it: all there, with nothing in them."""
    return {"buyBoxPrice": NOT_ASKED, "buyBoxShipping": NOT_ASKED, **dict.fromkeys(_UNKNOWN_FLAGS)}


def seller_name(seller: int, asin: str, domain: int) -> str:
    """Keepa's seller id: "-1" for a suppressed buy box, Amazon's own, or one of the product's three merchants."""
    if seller == SUPPRESSED:
        return "-1"
    if seller == AMAZON_SELLS:
        return DOMAINS[domain].amazon_seller
    return f"ADEMOSELLER{item(asin).pick('merchants', 900) + seller:03d}"


def seller_history(sellers: list[int], asin: str, domain: int) -> list[str]:
    """buyBoxSellerIdHistory: time and seller by turns, both as texts. `sellers` is time and number by turns."""
    names = {seller: seller_name(seller, asin, domain) for seller in set(sellers[1::2])}
    return [
        text
        for minute, seller in zip(sellers[::2], sellers[1::2], strict=True)
        for text in (str(minute), names[seller])
    ]


def statistics(csv: Csv, sellers: list[int], asin: str, domain: int) -> dict[str, Any]:
    """The buy box as it stands, for an answer that asked for it."""
    row = csv[BUY_BOX]
    price, shipping = (row[-2], row[-1]) if row else (NOTHING, NOTHING)
    seller = sellers[-1] if sellers else SUPPRESSED
    found = not_asked() | {"buyBoxPrice": price, "buyBoxShipping": shipping}
    found["buyBoxSellerId"] = seller_name(seller, asin, domain)
    if price == NOTHING:
        return found
    by_amazon = shipping <= 0
    found |= dict.fromkeys(("buyBoxIsUnqualified", "buyBoxIsPreorder", "buyBoxIsBackorder", "buyBoxIsMAP"), False)
    found |= {
        "buyBoxIsFBA": by_amazon and seller != AMAZON_SELLS,
        "buyBoxIsAmazon": seller == AMAZON_SELLS,
        "buyBoxIsShippable": True,
        "buyBoxIsUsed": False,
        "buyBoxIsFreeShippingEligible": by_amazon,
        "buyBoxIsPrimeEligible": by_amazon,
        "buyBoxCondition": 1,
    }
    return found
