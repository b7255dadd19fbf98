"""Keepa: the thin client, its token bucket, and how an answer is decoded (keepa.md)."""
