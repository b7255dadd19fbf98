"""Running kept records through the same steps again, in a database of its own (docs/decisions, replay)."""
