"""Arithmetic that shares no code with the product, to check it from outside."""
