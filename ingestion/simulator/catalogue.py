"""The invented products: which ASINs there are, and what does not move with the price (names, codes, sizes, fees)."""

import re
from dataclasses import dataclass
from functools import lru_cache

from ingestion.simulator.domains import DOMAINS, EU_DOMAINS
from ingestion.simulator.hashing import key_of
from ingestion.simulator.names import BRANDS, CATEGORIES, COLOURS, LANGUAGES, PACK_OF, Category

DEMO_PREFIX = "B0DEMO"
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DEMO_LIMIT = len(DIGITS) ** 4
GONE_PREFIX = "B0GONE"
ONLY_GERMANY, GERMANY = "B0ODDONEDE", 3
PRODUCT_ASIN = re.compile(r"B0[0-9A-Z]{8}")
EAN_PREFIX = "299"
"""Of the range 20 to 29, which is never given to a real product."""


@dataclass(frozen=True, slots=True)
class Size:
    """A package and Amazon's fulfilment fee for it: mm, g, minor units by domain (economics.md 3.4)."""

    length: int
    width: int
    height: int
    weight: int
    fees: dict[int, int]


SIZES: tuple[Size, ...] = (
    Size(320, 220, 20, 380, {2: 216, 3: 242, 4: 377, 8: 364, 9: 345}),
    Size(300, 200, 90, 140, {2: 291, 3: 312, 4: 456, 8: 413, 9: 352}),
    Size(310, 210, 100, 360, {2: 300, 3: 313, 4: 507, 8: 454, 9: 374}),
    Size(330, 240, 110, 820, {2: 304, 3: 314, 4: 579, 8: 495, 9: 395}),
    Size(420, 300, 200, 850, {2: 306, 3: 318, 4: 601, 8: 515, 9: 399}),
    Size(440, 320, 240, 1_850, {2: 348, 3: 369, 4: 644, 8: 529, 9: 494}),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One product, the same in every shop."""

    asin: str
    draw: int
    category: Category
    brand: str
    size: Size
    pack: int
    ean: str
    pack_of: str | None

    def pick(self, salt: str, count: int) -> int:
        """A number below `count` that is this product's own."""
        return key_of(f"{self.draw}:{salt}") % count

    def title(self, domain: int) -> str:
        """Its name in the language of the shop."""
        spoken = LANGUAGES.index(DOMAINS[domain].language)
        noun = self.category.nouns[self.pick("noun", len(self.category.nouns))][spoken]
        colour = COLOURS[self.pick("colour", len(COLOURS))][spoken]
        model = f"{DIGITS[10 + self.pick('letter', 26)]}{100 + self.pick('model', 900)}"
        words = f"{self.brand} {noun} {model}, {colour}"
        return words if self.pack == 1 else f"{words}, {PACK_OF[spoken].format(self.pack)}"


def demo_asins(count: int) -> list[str]:
    """The first `count` ASINs of the demo's catalogue, always in the same order."""
    if not 0 <= count <= DEMO_LIMIT:
        raise ValueError(f"The catalogue has {DEMO_LIMIT} products, not {count}.")
    return [DEMO_PREFIX + _base36(index) for index in range(count)]


def demo_index(asin: str) -> int | None:
    """The place of an ASIN in the demo's catalogue, or None if it is none of it."""
    digits = asin.removeprefix(DEMO_PREFIX)
    if len(asin) != len(DEMO_PREFIX) + 4 or len(digits) != 4 or any(digit not in DIGITS for digit in digits):
        return None
    return int(digits, 36)


def exists(asin: str) -> bool:
    """Whether the simulator invents a product for this ASIN: every B0... but B0GONE...."""
    return PRODUCT_ASIN.fullmatch(asin) is not None and not asin.startswith(GONE_PREFIX)


def check_digit(digits: str) -> int:
    """The last digit of an EAN-13 that begins with these twelve."""
    return -sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10


def ean_of(asin: str) -> str:
    """The EAN printed on a product's own package; invertible for the demo's catalogue."""
    index = demo_index(asin)
    number = index if index is not None else DEMO_LIMIT + key_of(f"ean:{asin}") % (10**9 - DEMO_LIMIT)
    digits = f"{EAN_PREFIX}{number:09d}"
    return f"{digits}{check_digit(digits)}"


def asins_of_code(code: str) -> list[str]:
    """The ASINs of the demo's catalogue that carry this EAN: the product, and packs of it sold under its code."""
    if not re.fullmatch(r"\d{13}", code) or not code.startswith(EAN_PREFIX) or check_digit(code[:12]) != int(code[12]):
        return []
    index = int(code[3:12])
    if index >= DEMO_LIMIT:
        return []
    own = [DEMO_PREFIX + _base36(index)]
    following = DEMO_PREFIX + _base36(index + 1) if index + 1 < DEMO_LIMIT else ""
    return [asin for asin in (*own, following) if asin and item(asin).ean == code]


@lru_cache(maxsize=20_000)
def item(asin: str) -> Item:
    """What is fixed about a product in every shop. It does not depend on the seed."""
    draw = key_of(f"item:{asin}")
    index = demo_index(asin)
    single = _pack_of(index)
    category = CATEGORIES[draw % len(CATEGORIES)]
    return Item(
        asin=asin,
        draw=draw,
        category=category,
        brand=BRANDS[(draw >> 8) % len(BRANDS)],
        size=SIZES[(draw >> 16) % len(SIZES)],
        pack=2 if single else 1,
        ean=ean_of(single or asin),
        pack_of=single,
    )


def _pack_of(index: int | None) -> str | None:
    """Every 97th product of the catalogue is a pack of two of the one before it, under the same EAN."""
    if index is None or index % 97 != 96:
        return None
    return DEMO_PREFIX + _base36(index - 1)


def absent_from(asin: str, domain: int) -> bool:
    """Whether this product is not sold in a shop: three in a hundred are missing in one of them."""
    if asin == ONLY_GERMANY:
        return domain != GERMANY
    shops = (*EU_DOMAINS, 2)
    draw = key_of(f"absent:{asin}")
    return draw % 100 < 3 and shops[(draw >> 8) % len(shops)] == domain


@dataclass(frozen=True, slots=True)
class Fees:
    """What Keepa knows of a listing's fees: hundredths of a percent, minor units; None where it says nothing."""

    referral: int | None
    pick_and_pack: int | None
    closing: int | None


def fees(asin: str, domain: int) -> Fees:
    """The fees of a listing. In about four of a hundred Keepa has no package and so no FBA fee, in half of those no
    referral either: nothing then stands in for them, and a flip that sells there is incomplete.
    """
    thing = item(asin)
    draw = key_of(f"fees:{asin}:{domain}")
    base = thing.size.fees.get(domain, thing.size.fees[3])
    return Fees(
        referral=None if draw % 100 < 2 else thing.category.referral + (draw >> 8) % 4 - 2,
        pick_and_pack=None if draw % 100 < 4 else base,
        closing=thing.category.closing_fee or None,
    )


def _base36(number: int) -> str:
    digits = ""
    for _ in range(4):
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return digits
