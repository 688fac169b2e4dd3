"""All settings, read from the environment by typed readers. Nothing here is a legal period.

With no variable set, Kept runs embedded: SQLite under `var/`, Celery on `memory://`, keys made at
the first start. With DATABASE_URL set it is a production installation and needs its own keys.
"""

import sys
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from privacy.env import env_bool, env_int, env_list, env_path, env_str
from privacy.kernel.keyring import Keyring
from privacy.kernel.languages import LANGUAGES, MAIN  # noqa: F401 - LANGUAGES is a setting of Django's

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "privacy.testing.plugin" in sys.modules

# --- Where things live -------------------------------------------------------------------------
KEPT_HOME = env_path("KEPT_HOME", BASE_DIR / "var")
KEPT_FILES = env_path("KEPT_FILES", KEPT_HOME / "files")
KEPT_EVIDENCE = env_path("KEPT_EVIDENCE", KEPT_HOME / "evidence")
KEPT_DATABASE_URL = env_str("DATABASE_URL")
KEPT_EMBEDDED = not KEPT_DATABASE_URL
KEPT_KEYS_FILE = env_path("KEPT_KEYS_FILE", KEPT_HOME / "keys.json")
try:
    KEPT_KEYRING = (Keyring.load_or_create if KEPT_EMBEDDED else Keyring.load)(KEPT_KEYS_FILE)
except (OSError, ValueError, KeyError) as error:
    raise ImproperlyConfigured(
        f"The keys file cannot be used ({type(error).__name__}). Set KEPT_KEYS_FILE to a file made by "
        "`python -m privacy.make_keys FILE`."
    ) from None

# --- What runs ---------------------------------------------------------------------------------
DEBUG = env_bool("KEPT_DEBUG")
KEPT_DEMO_FILE = KEPT_HOME / "demo"  # there while the demo plays here; it holds the demo's base URL
KEPT_DEMO = env_bool("KEPT_DEMO", default=KEPT_EMBEDDED and KEPT_DEMO_FILE.exists())
SECRET_KEY = KEPT_KEYRING.derive("django-secret").hex()
SECRET_KEY_FALLBACKS = [
    KEPT_KEYRING.derive("django-secret", key).hex() for key in KEPT_KEYRING.keys if key != KEPT_KEYRING.primary
]
KEPT_BASE_URL = env_str(
    "KEPT_BASE_URL", KEPT_DEMO_FILE.read_text().strip() if KEPT_DEMO_FILE.exists() else "http://localhost:8000"
).rstrip("/")
ALLOWED_HOSTS = env_list("KEPT_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [KEPT_BASE_URL] if KEPT_BASE_URL.startswith("https://") else []
ROOT_URLCONF = "privacy.urls"
WSGI_APPLICATION = "privacy.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_NAME = "Kept"

INSTALLED_APPS = [
    "privacy.audit",
    "privacy.jobs",
    "privacy.jobs.mailbox",
    "privacy.jobs.webhooks",
    "privacy.personal_data",
    "privacy.personal_data.leaks",
    "privacy.policy",
    "accounts",
    "privacy.retention",
    "privacy.connectors",
    "privacy.connectors.desks",
    "privacy.intake",
    "privacy.registers",
    "privacy.registers.safeguards",
    "privacy.registers.demands",
    "consent",
    "consent.imports",
    "consent.mailing",
    "dsr",
    "dsr.correspondence",
    "dsr.identity",
    "dsr.review",
    "dsr.referring",
    "dsr.decisions",
    "dsr.own_deletion",
    "privacy.pages",
    "dsr.timekeeping",
    "privacy.console",
    "dsr.notices",
    "dsr.corrections",
    "dsr.retained",
    "dsr.opendsr",
    "dsr.drp",
    "dsr.leaving",
    "dsr.saved_views",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "csp",
]

MIDDLEWARE = [
    "consent.mailing.one_click.OneClick",
    "consent.api.fast_path.FastPath",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "privacy.pages.nul.NoNulBytes",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "privacy.pages.language.ReadersLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "consent.signals.middleware.Signals",
    "consent.joining.FreshBrowser",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.activity.Activity",
]

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
                "privacy.pages.context.site",
            ],
        },
    },
]

# --- Database ----------------------------------------------------------------------------------
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "cached_statements": 512,
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}
POSTGRES_OPTIONS: dict[str, Any] = {
    "connect_timeout": 5,
    "options": "-c statement_timeout=60000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000",
}
DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(KEPT_DATABASE_URL or f"sqlite:///{KEPT_HOME / 'kept.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    SILENCED_SYSTEM_CHECKS = ["models.W040"]  # its indexes go without the further columns: slower, not wrong
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
    DATABASES["default"]["TEST"] = {"NAME": KEPT_HOME / "test.sqlite3"}  # a file: threads share it
else:
    DATABASES["default"]["OPTIONS"] = POSTGRES_OPTIONS
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = 60  # opening costs more than most questions: 2 ms of CPU on SQLite, too

# --- Time and language -------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
KEPT_SMALLEST_CELL = env_int("KEPT_SMALLEST_CELL", 10)  # how many people a total for partners needs
KEPT_PLACE = env_str("KEPT_PLACE")  # the country in which this installation keeps its data
KEPT_TIME_ZONE = env_str("KEPT_TIME_ZONE", "Asia/Kolkata")  # where the controller is: local dates
KEPT_PROFILE = env_str("KEPT_PROFILE", "EU-GDPR")  # the law that requests are counted by: kernel/deadlines/profiles.py
KEPT_OWN_DELETION_ROWS = env_int("KEPT_OWN_DELETION_ROWS", 20_000, least=1)  # more than this is looked at by legal
KEPT_CALENDAR = env_str(
    "KEPT_CALENDAR", "NONE"
)  # whose holidays move a last day: "DE"; NONE moves none, the earlier date
KEPT_COMPANY_DOMAINS = env_list("KEPT_COMPANY_DOMAINS")  # addresses of staff there may stand in a copy
KEPT_AGES = env_path("KEPT_AGES", BASE_DIR / "privacy" / "policy" / "data" / "ages.yaml")  # from which age, by country
KEPT_CONSENT_MODE = env_path("KEPT_CONSENT_MODE", BASE_DIR / "consent" / "banner" / "consent_mode.yaml")
KEPT_BANNER_ORIGINS = env_list(
    "KEPT_BANNER_ORIGINS"
)  # beside the hosts of the policy: places where sites are tried out
KEPT_REGION_HEADER = env_str("KEPT_REGION_HEADER")  # in which header the proxy says the region, such as US-CA
KEPT_AUTHORITY = env_str("KEPT_AUTHORITY")  # whom people may complain to: name; address; contact
KEPT_AUTHORITIES = env_str("KEPT_AUTHORITIES")  # a file of more authorities, by country or state, for letters
LANGUAGE_CODE = MAIN
LOCALE_PATHS = [BASE_DIR / "privacy" / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = "privacy.formats"  # one way to write a date in every list of the console

# --- Static files ------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env_path("KEPT_STATIC_ROOT", KEPT_HOME / "static")
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where it is missing
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = KEPT_EMBEDDED
WHITENOISE_AUTOREFRESH = DEBUG

# --- Sessions, cookies, headers ----------------------------------------------------------------
HTTPS = KEPT_BASE_URL.startswith("https://")
SESSION_COOKIE_NAME = "__Host-kept" if HTTPS else "kept"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "privacy.pages.language.form_not_ours"
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "language"  # set only when somebody chooses one
LANGUAGE_COOKIE_AGE = 365 * 86400
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS and env_bool("KEPT_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^unsubscribe/", r"^healthz(/ok)?$"]
SECURE_HSTS_SECONDS = 365 * 86400 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"  # "no-referrer" makes browsers send "Origin: null", which CSRF refuses
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
KEPT_BEHIND_PROXY = env_bool("KEPT_BEHIND_PROXY")  # our own proxy sets X-Forwarded-For and -Proto
if KEPT_BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# --- Accounts (allauth) ------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/my-data/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # a mail to an unknown address too: one answer for everybody, in the mailbox only
ACCOUNT_RATE_LIMITS = {"reset_password": "20/m/ip,5/h/key"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_DISPLAY = "accounts.adapter.user_words"
ACCOUNT_SESSION_REMEMBER = False  # a session ends with the browser, at the latest after SESSION_COOKIE_AGE
USERSESSIONS_ADAPTER = "accounts.adapter.SessionsAdapter"
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
USERSESSIONS_TRACK_ACTIVITY = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# --- Mail: everything goes through the outbox; this is only the last step -----------------------
EMAIL_BACKEND = "privacy.jobs.mail_backend.UseTheOutbox"
KEPT_CLAMD = env_str("KEPT_CLAMD")  # host:port or socket of the virus scanner that looks at evidence of identity
KEPT_SMTP_URL = env_str("KEPT_SMTP_URL")  # smtp://user:password@host:587?tls=starttls
DEFAULT_FROM_EMAIL = env_str("KEPT_MAIL_FROM", "privacy@kept.example")
KEPT_PROMOTIONAL_FROM = env_str("KEPT_PROMOTIONAL_FROM", DEFAULT_FROM_EMAIL)  # another sender than for mail one needs
KEPT_LIST_DOMAIN = env_str("KEPT_LIST_DOMAIN")  # under which List-Ids stand; empty: the host of KEPT_BASE_URL
KEPT_MAILBOX_URL = env_str("KEPT_MAILBOX_URL")  # imaps://user:password@host:993/INBOX, read for opt-outs
KEPT_MAILBOX_ADDRESS = env_str("KEPT_MAILBOX_ADDRESS")  # the address of that mailbox: support@…

# --- Celery: a doorbell ------------------------------------------------------------------------
REDIS_URL = env_str("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"socket_connect_timeout": 0.2, "socket_timeout": 5, "max_retries": 0} if REDIS_URL else {}
)
CELERY_BEAT_SCHEDULE = {"tick": {"task": "jobs.tick", "schedule": 30.0}}
KEPT_JOB_POLL_SECONDS = env_int("KEPT_JOB_POLL_SECONDS", 5, least=1)
KEPT_JOB_LEASE_SECONDS = env_int("KEPT_JOB_LEASE_SECONDS", 45, least=1)
KEPT_WEBHOOK_LOOPBACK = env_bool("KEPT_WEBHOOK_LOOPBACK", default=KEPT_DEMO)  # this machine as a receiver: http too
KEPT_WEBHOOK_TIMEOUT_SECONDS = env_int("KEPT_WEBHOOK_TIMEOUT_SECONDS", 15, least=1)
KEPT_IMPORT_MAX_MB = env_int("KEPT_IMPORT_MAX_MB", 500, least=1)
KEPT_IMPORT_DAYS = env_int("KEPT_IMPORT_DAYS", 14, least=1)
KEPT_BACKUP_DAYS = env_int("KEPT_BACKUP_DAYS", 35, least=1)
KEPT_REVIEW_DAYS = env_int("KEPT_REVIEW_DAYS", 180, least=1)  # after the answer, while somebody may complain
KEPT_REVIEW_STAFF_NAMES = env_str("KEPT_REVIEW_STAFF_NAMES", "mask")  # or "show"
KEPT_WITHDRAWAL_ALARM_HOURS = env_int("KEPT_WITHDRAWAL_ALARM_HOURS", 24, least=1)

KEPT_OPENDSR_CERTIFICATE = env_str("KEPT_OPENDSR_CERTIFICATE")  # PEM: our certificate, then those that issued it
KEPT_OPENDSR_KEY = env_str("KEPT_OPENDSR_KEY")  # PEM: its RSA key, without a password
KEPT_OPENDSR_AUTHORITIES = env_str("KEPT_OPENDSR_AUTHORITIES")  # PEM: whom we trust; empty: whom the machine trusts

KEPT_DRP_BUSINESS_ID = env_str("KEPT_DRP_BUSINESS_ID")  # our id in the directory of the Data Rights Protocol

# --- API ---------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["privacy.pages.permissions.DenyAll"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {"TITLE": "Kept", "VERSION": "1", "SERVE_INCLUDE_SCHEMA": False}

# --- Logging: never request data, never exception texts of the domain -----------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "privacy.logging_format.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env_str("KEPT_LOG_LEVEL", "WARNING")},
    "loggers": {
        "kept": {"level": env_str("KEPT_LOG_LEVEL", "INFO")},
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": False},
    },
}
