"""The WSGI door for granian, waitress and any other server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy.settings")
django_application = get_wsgi_application()

from consent.api.fast_path import FastDoor  # noqa: E402 - its models need Django to be set up
from privacy.kernel.collector import settle  # noqa: E402 - as above

application = FastDoor(django_application)
settle()
