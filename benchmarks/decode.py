"""A Keepa product of 125 KB into the kept series, against json.loads and loops in Python."""

import json
import random
import sys

from benchmarks.setting import END, best_of, install, options, product, report, series

RATIO = 4.0
BYTES = 125_000
RUNS = 7


def answer() -> bytes:
    """A product of about 125 KB: 20 series filled, ten of them kept, as for a listing that is years old."""
    from ingestion.keepa.constants import SERIES_TYPES
    from products.series import KEPT

    filled = {*KEPT, 2, 7, 9, 12, 19, 20, 21, 27, 32, 35}
    dice = random.Random(1)  # noqa: S311 - prices

    def made(points: int) -> bytes:
        csv = [
            series(dice, points, triple=kind.triple) if number in filled else None
            for number, kind in enumerate(SERIES_TYPES)
        ]
        return json.dumps(product("B000000001", 3, csv), separators=(",", ":")).encode()

    return made(BYTES * 200 // len(made(200)))


def in_python(raw: bytes) -> dict[int, tuple[list[int], list[int]]]:
    """What the decoder does, without numpy and msgspec."""
    from ingestion.keepa.constants import SERIES_TYPES
    from products.series import KEPT

    csv = json.loads(raw)["csv"]
    found = {}
    for kind in KEPT:
        if kind < len(csv) and csv[kind]:
            minutes, values = [], []
            step = 3 if SERIES_TYPES[kind].triple else 2
            for at in range(0, len(csv[kind]), step):
                value = csv[kind][at + 1]
                if step == 3 and value >= 0:
                    value += max(csv[kind][at + 2], 0)
                minutes.append(csv[kind][at])
                values.append(value)
            found[kind] = minutes, values
    return found


def main() -> int:
    """Measure both on the same bytes and check that they agree."""
    arguments = options(__doc__ or "", times=50)
    install()
    from ingestion.keepa.histories import history_of
    from ingestion.keepa.payload import decode_product

    raw = answer()
    fast = {k: (s.minutes.tolist(), s.values.tolist()) for k, s in history_of(decode_product(raw), latest=END).items()}
    assert fast == in_python(raw)
    ours = best_of(RUNS, lambda: [history_of(decode_product(raw), latest=END) for _ in range(arguments.times)])
    python = best_of(RUNS, lambda: [in_python(raw) for _ in range(arguments.times)])
    ratio = python / ours
    measured = {
        "kilobytes": round(len(raw) / 1000, 1),
        "points_kept": sum(len(minutes) for minutes, _ in fast.values()),
        "ms": round(ours / arguments.times * 1000, 3),
        "python_ms": round(python / arguments.times * 1000, 3),
        "ratio": round(ratio, 2),
    }
    return report("decode", f"at least {RATIO} times", measured, passed=ratio >= RATIO, as_json=arguments.json)


if __name__ == "__main__":
    sys.exit(main())
