"""The files in which processes of this installation count (prometheus_client's multi-process mode).

The processes that share the folder must see each other's process ids.
"""

import fcntl
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from prometheus_client.metrics_core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

KINDS = ("counter", "histogram")
NOBODY = 0
"""The process id in the name of the file that holds what ended processes counted."""


class Counted:
    """A collector of the sums over all processes, running and ended."""

    def collect(self) -> Iterable[Metric]:
        with _held(settings.METRICS_DIR):
            for kind in KINDS:
                _fold_ended(settings.METRICS_DIR, kind)
            merged: Iterable[Metric] = MultiProcessCollector.merge(_written(settings.METRICS_DIR), accumulate=True)
        return merged


def _written(folder: Path) -> list[str]:
    """A file that was only just created is empty and cannot be read yet."""
    return [str(path) for path in folder.glob("*.db") if path.stat().st_size]


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Two scrapes at a time would see a fold half done."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fold_ended(folder: Path, kind: str) -> None:
    """Add the files of ended processes up into one, so that restarts cost no space and no counter ever falls."""
    ended = [path for path in folder.glob(f"{kind}_*.db") if not _is_running(_pid_of(path))]
    if len(ended) < 2:
        return
    totals: dict[str, float] = defaultdict(float)
    for path in ended:
        for key, value, _, _ in MmapedDict.read_all_values_from_file(str(path)):
            totals[key] += value
    fresh = folder / f"{kind}_{NOBODY}.new"
    fresh.unlink(missing_ok=True)
    file = MmapedDict(str(fresh))
    for key, value in totals.items():
        file.write_value(key, value, 0.0)
    file.close()
    for path in ended:
        path.unlink()
    fresh.rename(folder / f"{kind}_{NOBODY}.db")


def _pid_of(path: Path) -> int:
    return int(path.stem.rpartition("_")[2])


def _is_running(pid: int) -> bool:
    if pid == NOBODY:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
