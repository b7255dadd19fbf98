"""How long opportunities stay open: Kaplan-Meier per route and category (economics.md 6.1)."""
