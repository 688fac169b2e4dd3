"""The WSGI door for granian, waitress and any other server."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy.settings")
django_application = get_wsgi_application()

from consent.api.fast_path import FastDoor  # noqa: E402 - its models need Django to be set up

application = FastDoor(django_application)

# What was loaded lives as long as the process, and an answer makes thousands of small objects and hardly a circle. The
# collector's own measure, seven hundred objects, makes it look through each list of decisions twice, for nothing.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 10, 10)
