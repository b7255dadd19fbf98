"""Tests of arbitrage_site."""
