"""Which file fills which table, and how its lines become rows."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from arbitrage.models import CategoryMapping, FeeAmount, FeeRate, ReferralRate, SizeTier, VatRate
from arbitrage.rate_files import cells
from arbitrage.rate_models import DatedRow

FOLDER = Path(__file__).resolve().parent.parent / "rates_data"
Row = dict[str, Any]
DATED: Mapping[str, cells.Read] = {
    "valid_from": cells.day,
    "valid_to": cells.day_or_open,
    "source": cells.word,
    "confidence": cells.mark,
}


class RefusedRates(ValueError):
    """A file, or a row in it, that cannot be loaded; the message is a sentence that names it."""


@dataclass(frozen=True)
class RateFile:
    """A file: its table, its key (without the day), its columns, and what every row of it has in common."""

    name: str
    model: type[DatedRow]
    key: tuple[str, ...]
    columns: Mapping[str, cells.Read]
    common: Mapping[str, object] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row ready for its table, and where it stands."""

    file: RateFile
    line: int
    values: Row

    @property
    def key(self) -> tuple[object, ...]:
        """What may hold one value on one day."""
        return tuple(self.values[name] for name in self.file.key)

    @property
    def name(self) -> str:
        """For sentences: file, line and key."""
        words = " ".join(str(part) for part in self.key if part not in ("", 0))
        return f"{self.file.name} line {self.line} ({words}, from {self.values['valid_from']})"


_FEE_KEY = ("kind", "category", "seller_country", "store")
_AMOUNT_KEY = ("kind", "store", "tier", "up_to", "months")
_fee = partial(RateFile, model=FeeRate, key=_FEE_KEY)
_amount = partial(RateFile, model=FeeAmount, key=_AMOUNT_KEY)
_ANY = {"category": "", "seller_country": "", "store": "", "on_fulfilment": False}
_CELL = {"up_to": 0, "months": "", "per_step": 0, "step": 0, "unit": ""}
_CELLS: Mapping[str, cells.Read] = {"store": cells.store, "tier": cells.text, "amount": cells.money}
_BY_WEIGHT: Mapping[str, cells.Read] = {**_CELLS, "up_to": cells.whole}
FILES = (
    RateFile(
        "vat.csv",
        VatRate,
        ("country", "tax_class"),
        {"country": cells.word, "tax_class": cells.word, "rate": cells.percent},
    ),
    _fee(
        "digital_services.csv",
        columns={
            "seller_country": cells.text,
            "store": cells.store,
            "rate": cells.percent,
            "on_fulfilment": cells.yes,
        },
        common={**_ANY, "kind": "digital_services"},
    ),
    _fee("fuel.csv", columns={"rate": cells.percent}, common={**_ANY, "kind": "fuel"}),
    _fee(
        "duty.csv",
        columns={"category": cells.word, "store": cells.store, "rate": cells.percent},
        common={**_ANY, "kind": "duty"},
    ),
    _fee("returns.csv", columns={"category": cells.word, "rate": cells.percent}, common={**_ANY, "kind": "returns"}),
    RateFile(
        "referral.csv",
        ReferralRate,
        ("category", "currency"),
        {"category": cells.word, "currency": cells.word, "tiers": cells.tiers},
    ),
    _amount("item_fees.csv", columns={"kind": cells.word, **_CELLS}, common=_CELL),
    _amount(
        "fba_local.csv",
        columns={**_BY_WEIGHT, "per_kg": cells.money_or_nothing},
        common={**_CELL, "kind": "fba_local", "step": 1000},
        renamed={"per_kg": "per_step"},
    ),
    _amount("fba_peak.csv", columns=_BY_WEIGHT, common={**_CELL, "kind": "fba_peak"}),
    _amount("fba_low_price.csv", columns=_BY_WEIGHT, common={**_CELL, "kind": "fba_low_price"}),
    _amount(
        "fba_selected.csv",
        columns={**_BY_WEIGHT, "per_100_g": cells.money_or_nothing},
        common={**_CELL, "kind": "fba_selected", "step": 100},
        renamed={"per_100_g": "per_step"},
    ),
    _amount("efn.csv", columns={"kind": cells.word, **_BY_WEIGHT}, common=_CELL),
    _amount("fba_extras.csv", columns={"kind": cells.word, **_CELLS}, common=_CELL),
    _amount(
        "storage.csv",
        columns={**_CELLS, "months": cells.months, "unit": cells.volume},
        common={**_CELL, "kind": "storage"},
    ),
    RateFile(
        "size_tiers.csv",
        SizeTier,
        ("name",),
        {
            "rank": cells.whole,
            "name": cells.word,
            **dict.fromkeys(
                ("longest", "middle", "shortest", "max_girth", "max_weight", "max_dimensional"), cells.measure
            ),
            "dimensional": cells.yes,
        },
    ),
    RateFile(
        "categories.csv",
        CategoryMapping,
        ("name",),
        {
            "name": cells.word,
            "fee_categories": cells.word,
            "tax_class": cells.word,
            "duty_class": cells.text,
            "low_price_special": cells.yes,
            "media": cells.yes,
            "storage": cells.text,
            "returns": cells.text,
        },
    ),
)


def read(file: RateFile, folder: Path = FOLDER) -> list[FileRow]:
    """The rows of a file. Raises RefusedRates for the first one that cannot be read."""
    try:
        lines = (folder / file.name).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedRates(f"{file.name} cannot be read ({type(error).__name__}); nothing was loaded.") from error
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    wanted = [*file.columns, *DATED]
    parsed = list(csv.reader(line for _, line in numbered))
    if not parsed or sorted(parsed[0]) != sorted(wanted):
        raise RefusedRates(f"{file.name} must have the columns {', '.join(wanted)}; nothing was loaded.")
    if len(parsed) != len(numbered):
        raise RefusedRates(f"{file.name} has a quotation mark that is not closed; nothing was loaded.")
    body = zip((number for number, _ in numbered[1:]), parsed[1:], strict=True)
    return list(_rows(file, parsed[0], body))


def _rows(file: RateFile, header: list[str], body: Iterator[tuple[int, list[str]]]) -> Iterator[FileRow]:
    for number, given in body:
        if len(given) != len(header):
            raise RefusedRates(f"{file.name} line {number} has {len(given)} cells instead of {len(header)}.")
        yield FileRow(file, number, dict(file.common) | dict(_values(file, number, zip(header, given, strict=True))))


def _values(file: RateFile, number: int, pairs: Iterator[tuple[str, str]]) -> Iterator[tuple[str, object]]:
    for column, cell in pairs:
        read_cell = file.columns.get(column) or DATED[column]
        try:
            yield file.renamed.get(column, column), read_cell(cell.strip())
        except ValueError as error:
            raise RefusedRates(f"{file.name} line {number}: {column} {error}.") from error
