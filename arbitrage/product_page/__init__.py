"""One product on one page: the verdict, the price chart, and a flip from what Keepa said to the net profit."""
