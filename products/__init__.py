"""What is watched and what is known about it: products, listings with packed history, the watchlist, search."""
