"""Every script of this folder that measures something, one after the other, on the servers that the variables name."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.__main__ import run, table

FOLDER = Path(__file__).parent
RESULTS = FOLDER.parent.parent / "var" / "bench-services.json"


def main() -> int:
    """Run them all even where one fails; the exit code says whether every promise was kept."""
    scripts = (path for path in FOLDER.glob("*.py") if path.name != "__main__.py")
    names = sorted(path.stem for path in scripts if "\ndef main()" in path.read_text())
    results = []
    for name in names:
        print(f"{name} ...", end=" ", flush=True)
        results.append(run(f"services.{name}"))
        print("kept" if results[-1]["passed"] else "MISSED", flush=True)
    print(table(results))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"measured_at": datetime.now(UTC).isoformat(), "results": results}, indent=1))
    return 0 if all(result["passed"] for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
