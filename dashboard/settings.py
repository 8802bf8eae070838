"""All settings, read top to bottom; secure by default, `DEBUG` is opt-in. It holds no rule.

Every name that the environment may set is written in capitals once, here.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.urls import reverse_lazy

from dashboard import env, server_urls
from dashboard.accounts.settings import sign_in

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

# --- This instance ------------------------------------------------------------------------------

DEBUG = env.flag("DEBUG", default=False)
# Where an instance that is told nothing else keeps everything; its secrets are made at the first start.
DATA_DIR = env.optional_folder("DATA_DIR")
SECRET_KEY = env.secret("SECRET_KEY", folder="DATA_DIR", file="secrets/secret_key")
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5:
    raise env.refuse("SECRET_KEY is too weak: at least 50 characters, at least 5 different ones.")

HOST = env.listening("HOST", default="127.0.0.1")
PORT = env.number("PORT", default=8000, most=65_535)

# Without a proxy people come to the port itself.
SITE_URL = env.origin("SITE_URL", default=f"http://localhost:{PORT}")
_site = urlsplit(SITE_URL)
_https = _site.scheme == "https"
ALLOWED_HOSTS = env.served_hosts("ALLOWED_HOSTS", default=_site.hostname or "")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- The server (dashboard/start.py) ------------------------------------------------------------

WORKERS = env.number("WORKERS", default=2, most=64)
# How long a server that is asked to end still serves while `/health/ready` says that it leaves.
STOP_DELAY_S = env.number("STOP_DELAY_S", default=0, least=0, most=60)

# --- Stores -------------------------------------------------------------------------------------

DATABASES = {
    "default": server_urls.database(
        "DATABASE_URL", default=f"sqlite:///{DATA_DIR or VAR_DIR}/runlens.sqlite3"
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": server_urls.cache("CACHE_URL", default="locmem://")}
CACHE_IS_SHARED = "Redis" in str(CACHES["default"]["BACKEND"])
if CACHE_IS_SHARED:
    CACHES["sessions"] = CACHES["default"] | {"BACKEND": "dashboard.caches.SessionsInRedis"}
    SESSION_CACHE_ALIAS = "sessions"
SESSION_ENGINE = "dashboard.sessions"

# --- Secrets that are stored --------------------------------------------------------------------

# `k2:<base64 of 32 bytes>,k1:<base64 of 32 bytes>`: the first seals, all open.
VAULT_KEYS = env.secret("VAULT_KEYS", folder="DATA_DIR", file="secrets/vault_keys")

# --- Trigger.dev --------------------------------------------------------------------------------

TRIGGER_API_URL = env.origin("TRIGGER_API_URL", default="https://api.trigger.dev")
TRIGGER_ALLOWED_HOSTS = env.hosts("TRIGGER_ALLOWED_HOSTS")
TRIGGER_STORE_HOSTS = env.hosts(
    "TRIGGER_STORE_HOSTS",
    default=".amazonaws.com,.r2.cloudflarestorage.com,.trigger.dev",
    suffixes=True,
)
OUTPUT_MAX_BYTES = env.number("OUTPUT_MAX_BYTES", default=16 * 1024 * 1024, least=1024)
FIRST_LOOK_WAIT_MS = env.number("FIRST_LOOK_WAIT_MS", default=1500, least=0, most=10_000)
UNKNOWN_RUN_MINUTES = env.number("UNKNOWN_RUN_MINUTES", default=10, most=24 * 60)
PENDING_RUN_MINUTES = env.number("PENDING_RUN_MINUTES", default=30, most=24 * 60)
# Well below the API's own 1,500 and 750, which the key's owner shares with their own code.
KEY_CALLS_PER_MINUTE = env.number("KEY_CALLS_PER_MINUTE", default=600, most=60_000)
KEY_CALLS_AT_ONCE = env.number("KEY_CALLS_AT_ONCE", default=300, most=60_000)
RUNS_AT_ONCE = env.number("RUNS_AT_ONCE", default=200, most=250)
# For each person; 0 is no limit. What is stored already is not counted.
LOOKUPS_PER_MINUTE = env.number("LOOKUPS_PER_MINUTE", default=60, least=0, most=60_000)
SHARE_DAYS = env.number("SHARE_DAYS", default=7, most=365)

# --- Watches and webhooks -----------------------------------------------------------------------

WATCH_HOURS = env.number("WATCH_HOURS", default=24, most=30 * 24)
WATCHES_PER_TEAM = env.number("WATCHES_PER_TEAM", default=100, most=10_000)
# Empty: any public https host. A host in it may be private or plain http, and no other is told.
WEBHOOK_ALLOWED_HOSTS = env.hosts("WEBHOOK_ALLOWED_HOSTS")
# Off where `manage.py watch` runs: a web server then only serves pages.
ROUNDS_IN_WEB = env.flag("ROUNDS_IN_WEB", default=True)

# --- People -------------------------------------------------------------------------------------

# The first operator, made at the first start; without them a link is printed that makes one.
ADMIN_USERNAME = env.line("ADMIN_USERNAME")
ADMIN_PASSWORD = env.secret("ADMIN_PASSWORD", default="")
env.all_or_none({"ADMIN_USERNAME": ADMIN_USERNAME, "ADMIN_PASSWORD": ADMIN_PASSWORD})

# Without it no mail is sent: invitations are links to copy, and operators reset passwords.
MAIL_URL = env.secret("MAIL_URL", default="")
MAIL_FROM = env.line("MAIL_FROM", default=f"Runlens <runlens@{_site.hostname}>")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
vars().update(server_urls.mail_server("MAIL_URL"))

OIDC_NAME = env.line("OIDC_NAME", default="single sign-on")
OIDC_SERVER_URL = env.address("OIDC_SERVER_URL")
OIDC_CLIENT_ID = env.line("OIDC_CLIENT_ID")
_oidc_secret = env.secret("OIDC_CLIENT_SECRET", default="")
OIDC_IS_SET_UP = env.all_or_none(
    {
        "OIDC_SERVER_URL": OIDC_SERVER_URL,
        "OIDC_CLIENT_ID": OIDC_CLIENT_ID,
        "OIDC_CLIENT_SECRET": _oidc_secret,
    }
)

_oidc = (OIDC_NAME, OIDC_SERVER_URL, OIDC_CLIENT_ID, _oidc_secret) if OIDC_IS_SET_UP else None
vars().update(sign_in(site=_site, oidc=_oidc))

# --- Django -------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "results.apps.ResultsConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "dashboard.accounts",
]

MIDDLEWARE = [
    "dashboard.middleware.RightOfWayMiddleware",
    # What sets headers comes first, so that files and early refusals have them too.
    "dashboard.middleware.OriginMiddleware",
    "dashboard.request_lines.RequestLineMiddleware",
    "csp.middleware.CSPMiddleware",
    "dashboard.middleware.PrivacyHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "dashboard.middleware.WellFormedMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dashboard.middleware.SeenMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "dashboard.urls"
WSGI_APPLICATION = "dashboard.wsgi.application"

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
            ],
            "libraries": {"scripts": "dashboard.scripts"},
        },
    },
]

STATIC_URL = "/static/"
# Collected at every start; instances of one checkout that start at once need one each.
STATIC_ROOT = env.folder("STATIC_ROOT", default=(DATA_DIR or VAR_DIR) / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
# Our own pages are the only ones that need our files.
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "dashboard.scripts.JoinedScriptsStorage"
        )
    },
}

LOGIN_URL = reverse_lazy("login")
LOGIN_REDIRECT_URL = reverse_lazy("runs-find")
LOGOUT_REDIRECT_URL = LOGIN_URL

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
FORMAT_MODULE_PATH = "dashboard.formats"

DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- What browsers are told ---------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
# `no-referrer` would make browsers send `Origin: null` with our own forms, which CSRF refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_NAME = "__Host-sessionid" if _https else "runlens_sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if _https else "runlens_csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "results.views.failures.csrf"
DEFAULT_EXCEPTION_REPORTER = "dashboard.tracebacks.NoValuesReporter"
DEFAULT_EXCEPTION_REPORTER_FILTER = "dashboard.tracebacks.NoValuesFilter"

SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
# Only behind a proxy that sets (and never passes through) X-Forwarded-Proto.
TRUST_PROXY_PROTO = env.flag("TRUST_PROXY_PROTO", default=False)
if TRUST_PROXY_PROTO:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Without that header every request looks like http, and redirecting would never end.
SECURE_SSL_REDIRECT = _https and TRUST_PROXY_PROTO
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
# How many proxies in front add to X-Forwarded-For; 0: the other end of the connection is the client.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", default=0, least=0, most=10)
# Only behind a proxy that sets (and never passes through) X-Request-ID.
TRUST_REQUEST_ID = env.flag("TRUST_REQUEST_ID", default=False)

# --- Logs and metrics ---------------------------------------------------------------------------

# HTTP clients log whole addresses at INFO; a presigned one is a credential. Django's templates and
# database log contexts of pages and parameters of queries at DEBUG.
_talkative = ("httpx", "httpcore", "aiohttp", "asyncio", "django.template", "django.db.backends")
_quiet = {name: {"level": "WARNING"} for name in _talkative}
LOG_FORMAT = env.choice("LOG_FORMAT", default="text", of=("text", "json"))
LOG_LEVEL = env.choice(
    "LOG_LEVEL", default="INFO", of=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
)
# Each event of the audit as one line of JSON on standard output, once it is committed.
AUDIT_STDOUT = env.flag("AUDIT_STDOUT", default=True)
# A query that takes longer is logged, without its values; 0: none is.
SLOW_QUERY_MS = env.number("SLOW_QUERY_MS", default=500, least=0, most=600_000)
# Whoever has it may read /metrics; without it there is no such page.
METRICS_TOKEN = env.secret("METRICS_TOKEN", default="")
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    raise env.refuse("METRICS_TOKEN is too weak: at least 20 characters.")
# Where the processes of one machine count together; emptied of the dead at every start.
METRICS_DIR = env.folder("METRICS_DIR", default=(DATA_DIR or VAR_DIR) / "metrics")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"origin": {"()": "dashboard.log_lines.OriginFilter"}},
    "formatters": {
        "text": {"()": "dashboard.log_lines.TextLine"},
        "json": {"()": "dashboard.log_lines.JsonLine"},
        "bare": {"format": "%(message)s"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["origin"],
        },
        "audit": (
            {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "bare"}
            if AUDIT_STDOUT
            else {"class": "logging.NullHandler"}
        ),
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        **_quiet,
        "django": {"level": "INFO"},
        # The development server's own lines hold whole addresses; ours tell the same.
        "django.server": {"level": "WARNING"},
        "runlens.audit": {"handlers": ["audit"], "level": "INFO", "propagate": False},
    },
}

# --- What this reads ----------------------------------------------------------------------------

# Every setting above that the environment may set, for `manage.py config` and docs/settings.md.
ENVIRONMENT = env.told()
