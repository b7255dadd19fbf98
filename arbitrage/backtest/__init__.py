"""What a threshold would have earned in the past, with only what was known at each moment (economics.md 6)."""
