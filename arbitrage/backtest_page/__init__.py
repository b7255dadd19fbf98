"""The page that tries a threshold on the past: what its form asks for, and the bounded run behind it."""
