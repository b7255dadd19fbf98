"""A faithful Keepa server for the demo and the tests (keepa.md 14). Nothing in the pipeline imports it."""
