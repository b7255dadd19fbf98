"""`make run`: prepare the database and static files, say where to look, and start the processes under honcho.

Without REDIS_URL the Procfile says what runs, with it Procfile.distributed: what serves a server that is not named is
left out.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path

from django.core.management import call_command

from arbitrage_site.prepare import begin, prepare, require_database, say

WORKERS = ("worker-poll", "worker-default", "worker-slow", "beat")


def environment_of(current: Mapping[str, str], key: str) -> dict[str, str]:
    """The environment of the processes: the demo when there is no Keepa key and nothing else was said."""
    prepared = dict(current)
    prepared.setdefault("DJANGO_SETTINGS_MODULE", "arbitrage_site.settings")
    prepared.setdefault("DEMO", "0" if key else "1")
    prepared.setdefault("WEB_BIND", "127.0.0.1:8000")
    prepared.setdefault("LOG_FORMAT", "console")  # people read this terminal
    prepared["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{prepared.get('PATH', '')}"
    prepared["PYTHONUNBUFFERED"] = "1"
    return prepared


def main() -> None:
    from arbitrage_site import environment

    environment.load_file(Path(".env"))
    os.environ.update(environment_of(os.environ, str(environment.read("KEEPA_API_KEY"))))
    procfile, processes = _prepare()
    say(f"Open http://{os.environ['WEB_BIND']}/ in a browser; Ctrl-C stops everything.")
    os.execvp("honcho", ["honcho", "--procfile", procfile, "start", *processes])  # noqa: S606, S607 - PATH begins with this environment's bin


def _prepare() -> tuple[str, Sequence[str]]:
    """The Procfile and which of its processes to start, once they can be."""
    import django

    django.setup()
    from django.conf import settings

    call_command("check", fail_level="ERROR")
    require_database()
    chosen = processes(
        redis=bool(settings.REDIS_URL),
        kafka=bool(settings.KAFKA),
        demo=settings.DEMO,
    )
    _collect_static()
    prepare()
    return chosen


def processes(*, redis: bool, kafka: bool, demo: bool) -> tuple[str, Sequence[str]]:
    """The Procfile and its processes for the servers there are."""
    names = ["web", *(WORKERS if redis else ("worker",)), "consumers"]
    names += ["relay"] * kafka + ["simulator"] * demo
    return "Procfile.distributed" if redis else "Procfile", names


def _collect_static() -> None:
    """Collect and compress static files, unless nothing changed since they were collected last."""
    from django.conf import settings

    stamp, wanted = settings.VAR_DIR / "static.stamp", static_state(settings.BASE_DIR)
    if (settings.STATIC_ROOT / "staticfiles.json").is_file() and stamp.is_file() and stamp.read_text() == wanted:
        return
    say("Collecting static files ...")
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(wanted)


def static_state(base: Path) -> str:
    """A digest of all that decides what is collected: our files, the settings, and the packages installed."""
    files = [base / "arbitrage_site" / "settings.py", *sorted((base / "static").rglob("*"))]
    ours = [(str(path.relative_to(base)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    packages = sorted((package.name, package.version) for package in distributions())
    return sha256(repr((ours, packages)).encode()).hexdigest()


if __name__ == "__main__":
    begin(main)
