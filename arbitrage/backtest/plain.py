"""A report as plain values, for JSON."""

from dataclasses import fields, is_dataclass
from typing import Any

PLACES = 4


def plain(value: Any) -> Any:
    """Dictionaries, lists, texts and numbers; floats with four decimals."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple):
        named = getattr(value, "_asdict", None)
        return plain(named()) if named else [plain(entry) for entry in value]
    return round(value, PLACES) if isinstance(value, float) else value
