"""The proof that nothing was lost or applied twice: from kept records and tables, not from counters."""
