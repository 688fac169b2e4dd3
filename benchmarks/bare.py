"""Django with nothing around it: no app, no middleware. One view that answers, one that first makes a single SELECT
by primary key on a connection that stays open and is not checked, and one that makes a single INSERT there."""

import os
import uuid

import dj_database_url
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

settings.configure(
    SECRET_KEY="only for measuring",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    DATABASES={"default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=None)},
    LOGGING_CONFIG=None,
)


def bare(request: HttpRequest) -> JsonResponse:
    """Read what was sent, and answer."""
    len(request.body)  # a server closes the connection under a body that nobody read
    return JsonResponse({"decision": "allow"})


def select(request: HttpRequest, which: int) -> JsonResponse:
    """One indexed SELECT, by a raw cursor."""
    len(request.body)
    with connection.cursor() as cursor:
        cursor.execute("SELECT decision FROM bench_select WHERE id = %s", [which])
        [decision] = cursor.fetchone()
    return JsonResponse({"decision": decision})


def insert(request: HttpRequest) -> JsonResponse:
    """One INSERT, committed before the answer."""
    len(request.body)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_insert VALUES (%s, 'allow')", [uuid.uuid4().hex])
    return JsonResponse({"decision": "allow"})


urlpatterns = [path("bare", bare), path("select/<int:which>", select), path("insert", insert)]
application = get_wsgi_application()
