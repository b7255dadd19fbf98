"""The files of `rates_data/`: reading them, checking that rows follow each other, loading them into the tables."""
