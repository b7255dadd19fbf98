"""How often something may be done: counters in Redis or in a file of their own, and the limits built on them."""

from arbitrage_site.limits.base import Counters, CountersAway
from arbitrage_site.limits.rules import Limit, Spent, forget, spend

__all__ = ["Counters", "CountersAway", "Limit", "Spent", "forget", "spend"]
