"""Settings of the test suite: the real ones, with folders of its own and tasks that are only recorded."""

import os
import tempfile

from tests import names

names.take()
# A folder for each worker: one test removes what another has just made. What a test starts inherits or names its own.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if "VAR_DIR" not in os.environ or os.environ.get("TESTS_WORKER", _worker) != _worker:
    os.environ |= {"VAR_DIR": tempfile.mkdtemp(prefix="arbitrage-tests-"), "TESTS_WORKER": _worker}
os.environ["KEEPA_API_KEY"] = "k" * 64
os.environ.pop("DEMO", None)

from arbitrage_site.settings import *  # noqa: E402, F403 - the environment above must be set first
from arbitrage_site.settings import DATABASE_URL, DATABASES, REDIS_URL, STORAGES, VAR_DIR  # noqa: E402 - likewise

SECRET_KEY = "a-secret-for-tests-only-" + "x" * 40
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASE_URL:  # what a crash of the server would lose is tested elsewhere; here nobody waits for its disk
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
else:
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
if not REDIS_URL:
    DATABASES["cache"]["TEST"]["NAME"] = VAR_DIR / "test-cache.sqlite3"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LIMIT_COUNTERS = "tests.counters.InMemory"
API_RATE_LIMIT = 1_000_000
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
KEEPA_BASE_URL = "http://keepa.invalid"
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
