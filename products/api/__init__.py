"""The API of products, their series and the watchlist."""
