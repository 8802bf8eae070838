"""Settings of the test suite: the product's own, with stores of the suite's choice and quick hashes."""

import base64
import os
import tempfile
from pathlib import Path

_folder = Path(tempfile.mkdtemp(prefix="runlens-tests-"))

for _name in (
    "SECRET_KEY_FILE",
    "VAULT_KEYS_FILE",
    "SITE_URL",
    "DEBUG",
    "TRUST_PROXY_PROTO",
    "TRUSTED_PROXIES",
    "TRUST_REQUEST_ID",
    "AUDIT_STDOUT",
    "DATA_DIR",
    "HOST",
    "LOG_FORMAT",
    "LOG_LEVEL",
    "METRICS_TOKEN",
    "METRICS_TOKEN_FILE",
    "PORT",
    "SLOW_QUERY_MS",
    "STOP_DELAY_S",
    "TRIGGER_API_URL",
    "WORKERS",
):
    os.environ.pop(_name, None)
os.environ.update(
    SECRET_KEY="a secret key of the tests, which opens nothing anywhere else",
    VAULT_KEYS="k1:" + base64.b64encode(bytes(range(32))).decode(),
    DATABASE_URL=os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{_folder}/runlens.sqlite3",
    CACHE_URL=os.environ.get("TEST_CACHE_URL") or "locmem://",
    STATIC_ROOT=str(_folder / "static"),
    SITE_URL="http://testserver",
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    TRIGGER_ALLOWED_HOSTS="127.0.0.1",
    TRIGGER_STORE_HOSTS="127.0.0.1",
    # The cache outlives the people of one test, and the next ones have their numbers.
    LOOKUPS_PER_MINUTE="0",
)

from dashboard.settings import *  # noqa: E402, F403

# Threads of the courier must see what a test wrote, so SQLite's test database is a file too.
DATABASES["default"]["TEST"] = {"NAME": None}  # noqa: F405
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"]["NAME"] = str(_folder / "tests.sqlite3")  # noqa: F405
# The product does without a cache that is slower than its database; what tests count must be there.
_patience = {"socket_timeout": 60, "socket_connect_timeout": 60}
if CACHE_IS_SHARED:  # noqa: F405
    for _cache in CACHES.values():  # noqa: F405
        _cache["OPTIONS"] = _patience
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"  # noqa: F405
WHITENOISE_AUTOREFRESH = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
