"""What a check found."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Check:
    """One line of the report: what was looked at, what was seen, and every difference by name."""

    title: str
    seen: str = ""
    differences: list[str] = field(default_factory=list)
