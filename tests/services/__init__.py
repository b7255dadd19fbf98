"""What needs real servers. Collected only when all four variables of arbitrage_site/engines.py name one."""
