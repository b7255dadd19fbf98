"""Rows for tests, complete and believable unless told otherwise."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import numpy as np

from arbitrage.models import Alert, AlertRule, FxRate, Opportunity, SellerProfile
from arbitrage.scoring.score import VERSION
from arbitrage_site.clock import MINUTES_PER_DAY, minute_of
from products import series
from products.marketplaces import MARKETPLACES
from products.models import Listing, Product, Watch
from products.search.words import searchable

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""The moment at which rows are made unless a test says otherwise."""


def product(asin: str = "B0TEST0001", **given: Any) -> Product:
    """A product; its search text follows from its words."""
    values: dict[str, Any] = {"title": "Wooden train set", "brand": "Acme", "category": "Toys"}
    values |= {"created_at": NOON, "updated_at": NOON, **given}
    values.setdefault("search_text", searchable(values["title"], values["brand"], asin, more=values.get("eans", [])))
    return Product.objects.create(asin=asin, **values)


def watch(product: Product, **given: Any) -> Watch:
    """The decision to poll a product."""
    return Watch.objects.create(product=product, **{"added_at": NOON, "origin": "page", **given})


def listing(product: Product, marketplace: str, price: int = 4999, *, now: datetime = NOON, **given: Any) -> Listing:
    """A listing whose prices are all `price` and whose fees are known, polled five minutes before `now`."""
    minute = minute_of(now) - 5
    values: dict[str, Any] = {
        "currency": MARKETPLACES[marketplace].currency,
        "title": product.title,
        "category": product.category,
        **dict.fromkeys(["new", "buy_box", "reference", "median_90", "p25_30", "average_90"], price),
        "referral_rate": 150_000,
        "fba_fee": 315,
        "closing_fee": 0,
        "rank": 1200,
        "offers": 4,
        **dict.fromkeys(["base_minute", "buybox_minute", "source_minute"], minute),
        "checked_at": now - timedelta(minutes=4),
        "changed_at": now - timedelta(minutes=4),
        "created_at": now,
        "in_stock_30": 1000,
        "in_stock_90": 960,
        "stock_days": 300,
        "change_points": 40,
        **given,
    }
    return Listing.objects.create(product=product, marketplace=marketplace, **values)


def history(price: int = 4999, *, now: datetime = NOON) -> bytes:
    """A packed year and more in which the buy box stood at `price` or a little above, and something sold daily."""
    end = minute_of(now) - 5
    days = np.arange(400, 0, -1)
    minutes = end - days * MINUTES_PER_DAY
    return series.pack(
        {
            series.BUY_BOX: series.series_of(minutes, price + 10 * (days % 3)),
            series.SALES: series.series_of(minutes, 1_200 - 100 * (days % 2)),
            series.COUNT_NEW: series.series_of(minutes[:1], [4]),
            series.COUNT_NEW_FBA: series.series_of(minutes[:1], [2]),
        }
    )


def profile(name: str = "German seller", **given: Any) -> SellerProfile:
    """A seller profile, the default one if there is none yet."""
    values = {"country": "DE", "vat_registrations": ["DE"], "inbound": 150, "storage": 18, **given}
    values.setdefault("is_default", not SellerProfile.objects.filter(is_default=True).exists())
    return SellerProfile.objects.create(name=name, **values)


def default_profile() -> SellerProfile:
    """The installation's default profile, made if there is none."""
    return SellerProfile.objects.filter(is_default=True).first() or profile()


def opportunity(product: Product, source: str = "IT", target: str = "DE", **given: Any) -> Opportunity:
    """An open opportunity: example 1A of economics.md 1.8."""
    values: dict[str, Any] = {
        "profile": given.pop("profile", None) or default_profile(),
        "opened_at": NOON - timedelta(hours=3),
        "evaluated_at": NOON,
        "peak_at": NOON,
        "buy_price": 4999,
        "sell_price": 7999,
        "reference_price": 8299,
        "fees": 1538,
        "net": 936,
        "net_eur": 936,
        "buy_currency": MARKETPLACES[source].currency,
        "currency": MARKETPLACES[target].currency,
        "roi": 2203,
        "margin": 1392,
        "max_buy": 5087,
        "break_even": 6644,
        "net_without_refund": 35,
        "gross_profit": 3000,
        "gross_margin": 3750,
        "simple_net": 1800,
        "simple_confidence": "high",
        "simple_priority": 620,
        "score": 78,
        "score_version": VERSION,
        "score_parts": [],
        "reasons": [],
        "peak_net_eur": 1010,
        "peak_roi": 2300,
        "event_net_eur": 936,
        "event_roi": 2203,
        **given,
    }
    return Opportunity.objects.create(product=product, source=source, target=target, **values)


def alert_rule(name: str = "Good flips") -> AlertRule:
    """The built-in rule's numbers, under a name of its own."""
    return AlertRule.objects.get_or_create(name=name, defaults={"states": ["opened", "reopened"]})[0]


def alert(opportunity: Opportunity, **given: Any) -> Alert:
    """An alert that an opportunity opened."""
    numbers = {
        name: getattr(opportunity, name)
        for name in ("buy_price", "buy_currency", "sell_price", "currency", "net", "net_eur", "roi")
    }
    values: dict[str, Any] = {"state": "opened", "severity": "info", "occurred_at": NOON, "numbers": numbers, **given}
    values.setdefault("rule", alert_rule())
    return Alert.objects.create(
        id=uuid4(), event_id=uuid4(), opportunity=opportunity, product=opportunity.product, **values
    )


def fx(rate: str = "0.85463", *, currency: str = "GBP", day: datetime = NOON) -> FxRate:
    """The ECB's rate of a day: units of `currency` for one euro."""
    return FxRate.objects.create(day=day.date(), currency=currency, rate=Decimal(rate), source="test")
