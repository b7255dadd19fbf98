"""Alert rules: which events of an opportunity become alerts."""

from arbitrage.rules.consumer import AlertConsumer

__all__ = ["AlertConsumer"]
