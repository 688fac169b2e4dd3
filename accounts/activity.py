"""When a session was last seen: noted once a minute, not at every request, which costs five statements each time."""

import hashlib

from allauth.usersessions.middleware import UserSessionsMiddleware
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase

NOTED_FOR_S = 60
SEEN_BY = ("HTTP_X_FORWARDED_FOR", "HTTP_USER_AGENT")


class Activity(UserSessionsMiddleware):
    """As allauth notes it; at once where a session comes from another address or program than a moment ago."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer: HttpResponseBase
        answer = super().__call__(request) if self._is_news(request) else self.get_response(request)
        return answer

    def _is_news(self, request: HttpRequest) -> bool:
        session = request.session.session_key
        if not session:
            return False
        who = [session, request.session.get("_auth_user_id"), *map(request.META.get, ("REMOTE_ADDR", *SEEN_BY))]
        key = f"seen:{hashlib.sha256(repr(who).encode()).hexdigest()}"
        return cache.add(key, 1, NOTED_FOR_S)
