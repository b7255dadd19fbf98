"""Search over products: one Protocol, the backend in the settings."""
