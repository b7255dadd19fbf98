"""The arithmetic of a flip (economics.md): dated rates, the Decimal form people read, the int64 kernel."""
