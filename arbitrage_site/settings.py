"""All settings, read from the environment (arbitrage_site/environment.py lists the variables)."""

import logging
import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import unquote

import django_stubs_ext
from csp.constants import NONE, SELF

from arbitrage_site import cache_file, engines, environment
from arbitrage_site.api_settings import REST_FRAMEWORK as REST_FRAMEWORK
from arbitrage_site.api_settings import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from arbitrage_site.jobs import broker
from arbitrage_site.logs import configure_logging

django_stubs_ext.monkeypatch()  # lets ModelAdmin[Watch] and the like be written at run time

BASE_DIR = Path(__file__).resolve().parent.parent
environment.load_file(BASE_DIR / ".env")
environment.check_all()
read = environment.read

VERSION = "0.1.0"
DEBUG: bool = read("DEBUG")
DEMO: bool = read("DEMO")
VAR_DIR = BASE_DIR / read("VAR_DIR")
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _kept_secret(path: Path) -> str:
    """A secret of this installation, made on first use and readable by its owner alone."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()


SECRET_KEY: str = read("SECRET_KEY") or _kept_secret(VAR_DIR / "secret_key")
ALLOWED_HOSTS: list[str] = read("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS: list[str] = read("CSRF_TRUSTED_ORIGINS")
WEB_BIND: str = read("WEB_BIND")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "django_structlog",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "arbitrage_site",
    "products",
    "ingestion",
    "arbitrage",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "arbitrage_site.nul.NoNul",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "arbitrage_site.errors.DatabaseTrouble",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "arbitrage_site.urls"
WSGI_APPLICATION = "arbitrage_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "arbitrage_site.context.site",
                "ingestion.context.keepa",
                "arbitrage.context.unread",
            ],
        },
    }
]

# The services (arbitrage_site/engines.py): each is embedded unless its variable names a server.
DATABASE_URL: str = read("DATABASE_URL")
REDIS_URL: str = read("REDIS_URL")
SILENCED_SYSTEM_CHECKS = ["models.W040"]  # SQLite leaves out of an index what only covers it on PostgreSQL
DATABASES = {"default": engines.database(DATABASE_URL, file=VAR_DIR / "arbitrage.sqlite3")}
REDIS_CA_FILE: str = read("REDIS_CA_FILE")
if not REDIS_URL:
    DATABASES[cache_file.ALIAS] = cache_file.database(VAR_DIR / "cache.sqlite3")
    DATABASE_ROUTERS = ["arbitrage_site.cache_file.Router"]
CACHES = {"default": engines.cache(REDIS_URL, ca_file=REDIS_CA_FILE)}
KAFKA: dict[str, str | int] = engines.kafka({name: read(name) for name in environment.NAMES if "KAFKA" in name})
KAFKA_TOPIC_PREFIX: str = read("KAFKA_TOPIC_PREFIX")
ELASTICSEARCH_URL: str = read("ELASTICSEARCH_URL")
ELASTICSEARCH_CA_FILE: str = read("ELASTICSEARCH_CA_FILE")
ELASTICSEARCH_INDEX_PREFIX: str = read("ELASTICSEARCH_INDEX_PREFIX")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / read("STATIC_DIR") if read("STATIC_DIR") else VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Maps are half of all bytes and asked for by open developer tools alone; the others are compressed already.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "woff", "woff2", "png", "jpg", "gif", "gz"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "overview"

HTTPS: bool = read("HTTPS")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
CSRF_COOKIE_HTTPONLY = True
SECURE_REDIRECT_EXEMPT = [r"^health"]  # asked from inside, where there is no https
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# How often people and scripts may ask, and where that is counted.
API_RATE_LIMIT: int = read("API_RATE_LIMIT")
API_RATE_WINDOW_SECONDS: int = read("API_RATE_WINDOW_SECONDS")
PROXY_COUNT: int = read("PROXY_COUNT")
LIMIT_COUNTERS = f"arbitrage_site.limits.{'redis.Redis' if REDIS_URL else 'sql.Sql'}Counters"

# What lower layers ask of higher ones, by dotted path.
HEALTH_PROBES = {
    "database": "arbitrage_site.health.database",
    "worker": "arbitrage_site.health.beat",
    "queues": "arbitrage_site.jobs.work.queues",
    "consumers": "ingestion.health.consumers",
    "keepa": "ingestion.health.keepa",
}
if ELASTICSEARCH_URL:
    HEALTH_PROBES["search"] = "products.search.elastic.state.probe"
if KAFKA:
    HEALTH_PROBES["kafka"] = "ingestion.kafka_checks.probe"
if REDIS_URL:
    HEALTH_PROBES["redis"] = "arbitrage_site.redis_checks.probe"
METRIC_FACTS = ["arbitrage_site.jobs.facts.facts", "ingestion.metrics.facts", "arbitrage.metrics.facts"]
if ELASTICSEARCH_URL:
    METRIC_FACTS.append("products.search.backlog.facts")

# Keepa.
SIMULATOR_BIND: str = read("SIMULATOR_BIND")
SIMULATOR_KEY = "demo" * 16
KEEPA_API_KEY: str = SIMULATOR_KEY if DEMO else read("KEEPA_API_KEY")
KEEPA_BASE_URL: str = read("KEEPA_BASE_URL") or (f"http://{SIMULATOR_BIND}" if DEMO else "https://api.keepa.com")
KEEPA_REFRESH_MINUTES: int = 1 if DEMO else read("KEEPA_REFRESH_MINUTES")
KEEPA_DAILY_TOKENS: int = read("KEEPA_DAILY_TOKENS")
KEEPA_MONTHLY_TOKENS: int = read("KEEPA_MONTHLY_TOKENS")
POLL_INTERVAL_SECONDS: int = 5 if DEMO else read("POLL_INTERVAL_SECONDS")
POLL_BATCH_SIZE: int = read("POLL_BATCH_SIZE")
POLL_RETRY_ATTEMPTS: int = read("POLL_RETRY_ATTEMPTS")
POLL_RETRY_DELAY_SECONDS: int = read("POLL_RETRY_DELAY_SECONDS")
ASIN_WATCHLIST: list[str] = read("ASIN_WATCHLIST")
WATCHLIST_FILE = BASE_DIR / "config" / "watchlist.txt"
ECB_RATES_URL: str = read("ECB_RATES_URL")

# Consumers of the event log, in the order in which `run_consumers` serves them.
CONSUMERS = [
    "ingestion.enrichment.EnrichmentConsumer",
    "arbitrage.detection.consumer.DetectionConsumer",
    "arbitrage.rules.AlertConsumer",
    *(["ingestion.indexing.IndexConsumer"] if ELASTICSEARCH_URL else []),
]
RATE_TABLES = [
    "arbitrage.VatRate",
    "arbitrage.FeeRate",
    "arbitrage.FxRate",
    "arbitrage.ReferralRate",
    "arbitrage.FeeAmount",
    "arbitrage.SizeTier",
    "arbitrage.CategoryMapping",
    "arbitrage.TablesStamp",
]
# What `manage.py replay` runs, and the tables that decide what comes out: whoever alerts is not among them.
REPLAY_CONSUMERS = ["ingestion.enrichment.EnrichmentConsumer", "arbitrage.detection.consumer.DetectionConsumer"]
REPLAY_GIVEN = [
    *RATE_TABLES,
    "arbitrage.SellerProfile",
    "arbitrage.ShippingRate",
    "arbitrage.PurchaseOverride",
    "arbitrage.BlockedBrand",
]
# Tables in which `manage.py copy_database` may find rows at an unused target: migrations and seeding wrote them.
SEEDED_TABLES = [
    *RATE_TABLES,
    "arbitrage.SellerProfile",
    "arbitrage.AlertRule",
    "contenttypes.ContentType",
    "auth.Permission",
    *(
        f"django_celery_beat.{name}"
        for name in ("CrontabSchedule", "IntervalSchedule", "PeriodicTask", "PeriodicTasks")
    ),
]
# What `manage.py conservation` asks of the apps above ingestion: functions that yield differences as sentences.
CONSERVATION_CHECKS = ["arbitrage.conservation.check", "products.search.conservation.check"]
# django-elasticsearch-dsl only declares the mapping. Should its app ever be installed, it must not write by signals.
ELASTICSEARCH_DSL_AUTOSYNC = ELASTICSEARCH_DSL_AUTO_REFRESH = False
# Whom search documents ask for the open flips of products (`products.search.documents.Scores`).
SEARCH_SCORES = "arbitrage.document_scores.scores"

# What higher apps add to the demo; modules with `load()` and `clear()`.
DEMO_PARTS = ["arbitrage.demo"]

LOG_LEVEL: str = read("LOG_LEVEL")
LOG_FORMAT: str = read("LOG_FORMAT")
_WRITTEN = [engines.password_of(url) for url in (DATABASE_URL, REDIS_URL, ELASTICSEARCH_URL)]
_PASSWORDS = [*_WRITTEN, *map(unquote, _WRITTEN), read("KAFKA_PASSWORD"), read("FLOWER_PASSWORD")]
LOGGING = configure_logging(level=LOG_LEVEL, form=LOG_FORMAT, hidden=[KEEPA_API_KEY, SECRET_KEY, *_PASSWORDS])
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_CELERY_DEFAULT_LOG_LEVEL = logging.DEBUG

# Celery: docs/celery.md; without a server docs/decisions/0003-celery-on-files.md.
QUEUE_DIR = VAR_DIR / "q"
CONTROL_DIR = VAR_DIR / "ctl"
METRICS_DIR = VAR_DIR / "metrics"
_TEMPORARY_DIR = VAR_DIR / "tmp"
for _folder in (QUEUE_DIR, CONTROL_DIR, METRICS_DIR, STATIC_ROOT, _TEMPORARY_DIR):
    _folder.mkdir(parents=True, exist_ok=True)
# prometheus_client looks at this when it is first imported, which is after the settings.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_DIR)
# kombu moves a message it takes into the temporary folder; across file systems that is a copy, and a copy can be
# read half-written.
tempfile.tempdir = str(_TEMPORARY_DIR)
CELERY_BROKER_URL = REDIS_URL or "files://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = broker.on_redis() if REDIS_URL else broker.on_files(QUEUE_DIR, CONTROL_DIR)
CELERY_BROKER_USE_SSL = broker.tls(REDIS_URL, REDIS_CA_FILE)
if REDIS_URL:
    CELERY_TASK_DEFAULT_QUEUE = "default"
    CELERY_TASK_ROUTES = broker.ROUTES
    CELERY_WORKER_SEND_TASK_EVENTS = True  # Flower shows what happens from its start on; without it nobody listens
    CELERY_BEAT_SCHEDULER = "arbitrage_site.jobs.beat:SlotDatabaseScheduler"
WORK_QUEUES = broker.QUEUES if REDIS_URL else broker.EMBEDDED_QUEUES
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = broker.HARD_LIMIT
CELERY_TASK_SOFT_TIME_LIMIT = broker.SOFT_LIMIT
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = broker.SOFT_SHUTDOWN
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker however long that takes
CELERY_TIMEZONE = "UTC"
