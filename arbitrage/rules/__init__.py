"""Alert rules: which events of an opportunity become alerts."""
