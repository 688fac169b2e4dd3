"""The legal console: one AdminSite, closed without a second factor."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from privacy.console.dashboard import panels_for
from privacy.console.decorators import ask_for_second_factor, has_second_factor
from privacy.kernel import clock


class Console(AdminSite):
    """Django admin with our theme, our sign-in and a dashboard that answers what is due, stuck or broken."""

    site_header = "Kept console"
    site_title = "Kept console"
    index_title = "Today"
    enable_nav_sidebar = False  # the first page has the list, and tables need the width
    index_template = "console/index.html"

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_active and user.is_staff and has_second_factor(request))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one sign-in page, allauth's, and one second factor."""
        after = request.GET.get("next") or reverse("console:index")
        if not request.user.is_authenticated:
            return redirect_to_login(after)
        if not request.user.is_staff:
            raise PermissionDenied
        if not has_second_factor(request):
            return ask_for_second_factor(request)
        return redirect("console:index")

    def password_change(  # type: ignore[override]  # Django's own is a page; this one leads on to a page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one page for it, allauth's, which asks who it is first."""
        return redirect("account_change_password")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        panels = panels_for(request, clock.now())
        groups = [
            (title, [panel for panel in panels if panel.question == question])
            for question, title in (("due", "What is due"), ("stuck", "What is stuck"), ("broken", "What broke"))
        ]
        return super().index(request, {"groups": groups, **(extra_context or {})})


console = Console(name="console")
