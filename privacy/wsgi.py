"""The WSGI door for granian, waitress and any other server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy.settings")
application = get_wsgi_application()
