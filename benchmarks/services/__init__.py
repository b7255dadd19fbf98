"""What the product promises on real servers. `make services` starts them; each script says what it needs."""
