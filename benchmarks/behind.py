"""The door of Kept with nearly nothing behind it: its settings and middleware, the key of a system, and one INSERT."""

import uuid

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

from privacy.kernel.collector import settle

settings.ROOT_URLCONF = __name__
application = get_wsgi_application()
settle()

from accounts.api_keys import read_json, with_api_key  # noqa: E402 - models come after the apps
from privacy.urls import urlpatterns as ours  # noqa: E402


@with_api_key("requests")
def insert(request: HttpRequest, key_id: uuid.UUID) -> JsonResponse:
    """One INSERT, committed before the answer."""
    read_json(request)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_insert VALUES (%s, 'allow')", [uuid.uuid4().hex])
    return JsonResponse({"decision": "allow", "key": str(key_id)})


urlpatterns = [path("insert", insert), *ours]
