"""System checks of the settings: each a sentence that names the variable and what to do. No secret is shown."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from arbitrage_site import engines, environment
from arbitrage_site.access import is_loopback

KEY_LENGTH = 64
SECRET_LENGTH = 50
DAY = 86_400
RANGES: dict[str, tuple[int, int]] = {
    "POLL_INTERVAL_SECONDS": (1, DAY),
    "POLL_BATCH_SIZE": (1, 100),
    "POLL_RETRY_ATTEMPTS": (1, 20),
    "POLL_RETRY_DELAY_SECONDS": (1, 3600),
    "KEEPA_REFRESH_MINUTES": (1, 10_080),
    "KEEPA_DAILY_TOKENS": (0, 10_000_000),
    "KEEPA_MONTHLY_TOKENS": (0, 300_000_000),
    "API_RATE_LIMIT": (1, 1_000_000),
    "API_RATE_WINDOW_SECONDS": (1, DAY),
    "PROXY_COUNT": (0, 10),
}
Check = Callable[[], Iterator[CheckMessage]]


@register()
def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Everything that can be judged from the settings alone."""
    all_checks: tuple[Check, ...] = (
        _exposure,
        _secrets,
        _keepa_key,
        _numbers,
        _addresses,
        _certificates,
        _sign_in,
        _combination,
    )
    return [message for check in all_checks for message in check()]


def _exposure() -> Iterator[CheckMessage]:
    bind = settings.WEB_BIND
    if not bind.rpartition(":")[2].isdecimal():
        yield Error(f"WEB_BIND is {bind!r}; write an address and a port, such as 127.0.0.1:8000.", id="site.E001")
    if settings.DEBUG and not is_loopback(bind):
        yield Error(
            f"DEBUG=1 shows traces and settings to everyone who reaches {bind}; set DEBUG=0 or WEB_BIND to 127.0.0.1.",
            id="site.E002",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Error("ALLOWED_HOSTS contains *; name the hosts that the site is reached by.", id="site.E003")
    if settings.DEMO and not is_loopback(bind):
        yield checks.Warning(
            f"DEMO=1 is open to everyone only on loopback; on {bind} people must sign in. Set WEB_BIND to 127.0.0.1.",
            id="site.W001",
        )
    if settings.HTTPS and not settings.CSRF_TRUSTED_ORIGINS:
        yield checks.Warning(
            "HTTPS=1 without CSRF_TRUSTED_ORIGINS: forms sent through a proxy are refused; name the https origin.",
            id="site.W002",
        )


def _secrets() -> Iterator[CheckMessage]:
    if len(settings.SECRET_KEY) < SECRET_LENGTH:
        yield Error(
            f"SECRET_KEY has fewer than {SECRET_LENGTH} characters; take a longer one, or none to have one made.",
            id="site.E004",
        )


def _keepa_key() -> Iterator[CheckMessage]:
    key = environment.read("KEEPA_API_KEY")
    if settings.DEMO and key:
        yield Error("DEMO=1 and KEEPA_API_KEY are both set; keep one of them.", id="site.E005")
    if settings.KEEPA_API_KEY and not _looks_like_a_key(settings.KEEPA_API_KEY):
        yield Error(
            f"KEEPA_API_KEY must be {KEY_LENGTH} letters and digits, and is not; copy it again from Keepa's API page.",
            id="site.E006",
        )


def _looks_like_a_key(key: str) -> bool:
    return len(key) == KEY_LENGTH and key.isascii() and key.isalnum()


def _numbers() -> Iterator[CheckMessage]:
    for name, (least, most) in RANGES.items():
        value = getattr(settings, name)
        if not least <= value <= most:
            yield Error(f"{name} is {value}; it must be from {least} to {most}.", id="site.E007")


def _addresses() -> Iterator[CheckMessage]:
    for name in ("KEEPA_BASE_URL", "ECB_RATES_URL"):
        parts = urlsplit(getattr(settings, name))
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            yield Error(f"{name} must be an address that begins with https://.", id="site.E008")
    parts = urlsplit(settings.KEEPA_BASE_URL)
    if parts.scheme == "http" and settings.KEEPA_API_KEY and not is_loopback(f"{parts.hostname}:"):
        yield checks.Warning("KEEPA_BASE_URL is plain http: the key travels readable. Use https.", id="site.W003")


def _certificates() -> Iterator[CheckMessage]:
    named = {
        "REDIS_CA_FILE": settings.REDIS_CA_FILE,
        "KAFKA_CA_FILE": str(settings.KAFKA.get("ssl.ca.location", "")),
        "ELASTICSEARCH_CA_FILE": settings.ELASTICSEARCH_CA_FILE,
    }
    for name, path in named.items():
        if path and not Path(path).is_file():
            yield Error(f"{name} is {path}, where there is no file; name one with certificates (PEM).", id="site.E009")


def _sign_in() -> Iterator[CheckMessage]:
    """Without a mechanism librdkafka takes Kerberos, which it is built without here."""
    needed = {
        "KAFKA_SASL_MECHANISM": "sasl.mechanism",
        "KAFKA_USERNAME": "sasl.username",
        "KAFKA_PASSWORD": "sasl.password",
    }
    protocol = str(settings.KAFKA.get("security.protocol", ""))
    missing = [name for name, key in needed.items() if not settings.KAFKA.get(key)]
    if protocol.startswith("SASL_") and missing:
        yield Error(f"KAFKA_SECURITY_PROTOCOL={protocol} needs {' and '.join(missing)} too.", id="site.E010")


def _combination() -> Iterator[CheckMessage]:
    services = frozenset().union(*engines.COMBINATIONS)
    chosen = frozenset(name for name in services if environment.read(name))
    if chosen not in engines.COMBINATIONS:
        yield checks.Warning(
            f"{', '.join(sorted(chosen))} together are not a combination that is tested;"
            f" the nearest is: {engines.nearest(chosen)}.",
            id="site.W004",
        )
