"""Every environment variable of the project, declared once.

The settings read values through `read`; `.env.example` and the table in the README are printed from this list
(`python -m arbitrage_site.environment`), and a test compares them.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("json", "console")
KAFKA_PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
KAFKA_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
_YES_OR_NO = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: `kind` is str, bool, int or list; `default` is what an unset variable means.

    `choices` are all the values there are, in the spelling the settings use.
    """

    name: str
    kind: type
    default: Any
    explanation: str
    choices: tuple[str, ...] = ()


VARIABLES = (
    Variable("KEEPA_API_KEY", str, "", "Your Keepa key (64 characters). Without it polling is off, unless DEMO=1."),
    Variable("DEMO", bool, False, "1 starts with invented products from the built-in Keepa simulator."),
    Variable("SIMULATOR_BIND", str, "127.0.0.1:8077", "Where the demo's Keepa simulator listens; loopback only."),
    Variable("ASIN_WATCHLIST", list, [], "ASINs to watch on all five marketplaces, comma separated. Only adds."),
    Variable("POLL_INTERVAL_SECONDS", int, 300, "How often the planner looks for listings that are due."),
    Variable("POLL_BATCH_SIZE", int, 100, "Listings in one Keepa request, 1 to 100."),
    Variable("POLL_RETRY_ATTEMPTS", int, 3, "Tries of a Keepa request that failed for a passing reason."),
    Variable("POLL_RETRY_DELAY_SECONDS", int, 5, "Pause before the second try; later ones wait longer."),
    Variable("KEEPA_REFRESH_MINUTES", int, 60, "Keepa collects a product again when its data is older than this."),
    Variable(
        "KEEPA_BASE_URL",
        str,
        "",
        "Address of the Keepa API, for a proxy or the simulator. Empty: the real one.",
    ),
    Variable("KEEPA_DAILY_TOKENS", int, 0, "The most tokens spent in one day (UTC). 0: no ceiling."),
    Variable("KEEPA_MONTHLY_TOKENS", int, 0, "The most tokens spent in one month (UTC). 0: no ceiling."),
    Variable(
        "ECB_RATES_URL",
        str,
        "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml",
        "Where the daily exchange rates come from.",
    ),
    Variable("DATABASE_URL", str, "", "postgresql://user:password@host/name. Empty: SQLite files in VAR_DIR."),
    Variable("REDIS_URL", str, "", "redis://host:6379/0, for cache, limits and Celery. Empty: files in VAR_DIR."),
    Variable("REDIS_CA_FILE", str, "", "Certificates that sign a rediss:// server's. Empty: the system's."),
    Variable("KAFKA_BOOTSTRAP_SERVERS", str, "", "host:9092, comma separated. Empty: consumers read the SQL log."),
    Variable("KAFKA_SECURITY_PROTOCOL", str, "PLAINTEXT", "How brokers are spoken to.", KAFKA_PROTOCOLS),
    Variable("KAFKA_SASL_MECHANISM", str, "", "How the user is proved to the brokers.", KAFKA_MECHANISMS),
    Variable("KAFKA_USERNAME", str, "", "The user of the brokers."),
    Variable("KAFKA_PASSWORD", str, "", "The password of that user."),
    Variable("KAFKA_CA_FILE", str, "", "Certificates that sign the brokers'. Empty: the system's."),
    Variable("KAFKA_TOPIC_PREFIX", str, "", "Put before each topic and group, where installations share a cluster."),
    Variable("ELASTICSEARCH_URL", str, "", "https://user:password@host:9200. Empty: search in SQL."),
    Variable("ELASTICSEARCH_CA_FILE", str, "", "Certificates that sign the server's. Empty: the system's."),
    Variable("ELASTICSEARCH_INDEX_PREFIX", str, "", "Put before each index, where installations share a cluster."),
    Variable("VAR_DIR", str, "var", "Folder for the database, queues and logs of the embedded mode."),
    Variable("STATIC_DIR", str, "", "Folder of collected static files. Empty: static in VAR_DIR."),
    Variable("SECRET_KEY", str, "", "Signs sessions. Empty: one is made and kept in VAR_DIR."),
    Variable("ALLOWED_HOSTS", list, ["127.0.0.1", "localhost"], "Host names the site answers to, comma separated."),
    Variable("CSRF_TRUSTED_ORIGINS", list, [], "Origins behind a proxy, for example https://arbitrage.example."),
    Variable("WEB_BIND", str, "127.0.0.1:8000", "Address and port of the web server."),
    Variable("HTTPS", bool, False, "1 when served over https: secure cookies, HSTS and redirects."),
    Variable("PROXY_COUNT", int, 0, "Reverse proxies in front of the site; each adds to X-Forwarded-For."),
    Variable("API_RATE_LIMIT", int, 100, "Requests to the API that one visitor may send in a window."),
    Variable("API_RATE_WINDOW_SECONDS", int, 900, "Length of that window."),
    Variable("FLOWER_BIND", str, "127.0.0.1:5555", "Address and port of Flower, which needs REDIS_URL."),
    Variable("FLOWER_USER", str, "admin", "Who may open Flower."),
    Variable("FLOWER_PASSWORD", str, "", "The password for it; Flower does not start without one."),
    Variable("DEBUG", bool, False, "1 shows traces in the browser. Never outside your own machine."),
    Variable("LOG_LEVEL", str, "INFO", "DEBUG, INFO, WARNING or ERROR.", LOG_LEVELS),
    Variable("LOG_FORMAT", str, "json", "json, or console for people.", LOG_FORMATS),
)

NAMES = tuple(variable.name for variable in VARIABLES)
_BY_NAME = {variable.name: variable for variable in VARIABLES}


def read(name: str) -> Any:
    """The value of a declared variable, or of the file that NAME_FILE names; its default when unset or empty.

    A value that cannot be read ends the process with a sentence: nothing may start on a guess.
    """
    variable = _BY_NAME[name]
    try:
        text = _given(name)
        return _converted(variable, text) if text else variable.default
    except OSError:
        sentence = f"{name}_FILE names a file that cannot be read; correct the path or the file's rights."
        raise SystemExit(sentence) from None
    except ValueError as error:
        raise SystemExit(f"{name} {error}") from None


def _given(name: str) -> str:
    """The variable itself, or what stands in the file that NAME_FILE names."""
    file = os.environ.get(f"{name}_FILE", "")
    text = Path(file).read_text(encoding="utf-8") if file else os.environ.get(name, "")
    return text.strip()


def _converted(variable: Variable, text: str) -> Any:
    """Raises ValueError with the end of a sentence that begins with the variable's name."""
    if variable.choices:
        return _chosen(variable, text)
    if variable.kind is list:
        return [item.strip() for item in text.split(",") if item.strip()]
    if variable.kind is int:
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            raise ValueError(f"is {text[:40]!r}; write a whole number such as {variable.default}, or leave it out.")
        return int(text)
    if variable.kind is bool:
        if text.lower() not in _YES_OR_NO:
            raise ValueError(f"is {text[:40]!r}; write 1 or 0.")
        return _YES_OR_NO[text.lower()]
    return text


def _chosen(variable: Variable, text: str) -> str:
    for choice in variable.choices:
        if choice.lower() == text.lower():
            return choice
    raise ValueError(f"is {text[:40]!r}; write one of {', '.join(variable.choices)}.")


def check_all() -> None:
    """Read every variable, those too that the demo replaces, so that a mistake shows at once."""
    for variable in VARIABLES:
        read(variable.name)


def load_file(path: Path) -> None:
    """Put the lines of a .env file into the environment, without replacing what is set."""
    if path.exists():
        environ.Env.read_env(str(path))


def example() -> str:
    """The text of `.env.example`."""
    lines = [
        "# Copy to .env and change what you need; every line shows the default.",
        "# Each of them can also come from a file: KEEPA_API_KEY_FILE=/run/secrets/keepa.",
        "",
    ]
    for variable in VARIABLES:
        lines += [f"# {variable.explanation}", f"#{variable.name}={_shown(variable)}", ""]
    return "\n".join(lines)


def table() -> str:
    """The table of the README."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for variable in VARIABLES:
        shown = f"`{_shown(variable)}`" if _shown(variable) else ""
        lines.append(f"| `{variable.name}` | {shown} | {variable.explanation} |")
    return "\n".join(lines) + "\n"


def _shown(variable: Variable) -> str:
    if variable.kind is bool:
        return str(int(variable.default))
    return ",".join(variable.default) if variable.kind is list else str(variable.default)


if __name__ == "__main__":
    import sys

    sys.stdout.write(table() if "--table" in sys.argv else example())
