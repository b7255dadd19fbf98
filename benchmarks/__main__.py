"""Every script of this folder, one after the other: a table to read, var/bench.json to keep."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SHARED = {"__init__", "__main__", "setting", "records"}
RESULTS = FOLDER.parent / "var" / "bench.json"


def main() -> int:
    """Run them all even where one fails; the exit code says whether every promise was kept."""
    names = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in SHARED)
    results = []
    for name in names:
        print(f"{name} ...", end=" ", flush=True)
        results.append(run(name))
        print("kept" if results[-1]["passed"] else "MISSED", flush=True)
    print(table(results))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"measured_at": datetime.now(UTC).isoformat(), "results": results}, indent=1))
    return 0 if all(result["passed"] for result in results) else 1


def run(name: str) -> dict[str, Any]:
    """What a script prints with --json; a script that dies has missed its promise."""
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json"]
    finished = subprocess.run(command, cwd=FOLDER.parent, capture_output=True, text=True, check=False)  # noqa: S603 - our own scripts
    try:
        result: dict[str, Any] = json.loads(finished.stdout.strip().splitlines()[-1])
    except (IndexError, json.JSONDecodeError):
        return {"name": name, "passed": False, "error": finished.stderr[-2000:]}
    return {"passed": finished.returncode == 0} | result


def table(results: list[dict[str, Any]]) -> str:
    """One line per number, grouped by script."""
    lines = []
    for result in results:
        numbers = {label: value for label, value in result.items() if label not in ("name", "passed", "promise")}
        lines.append(f"\n{result['name']}: {result.get('promise', '')} {'kept' if result['passed'] else 'MISSED'}")
        lines += [f"  {label:30} {value}" for label, value in numbers.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
