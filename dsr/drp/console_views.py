"""The console page of one authorized agent."""

import uuid

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from dsr.console_pages import actor_of, try_it
from dsr.drp.agents import end_agent, keep_agent
from dsr.drp.forms import AgentForm
from dsr.drp.models import NetworkAgent
from privacy.console.decorators import recently_authenticated
from privacy.console.site import console
from privacy.kernel import clock

RIGHT = "drp.manage_agents"
LIST = "console:drp_networkagent_changelist"
SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def agent_page(request: HttpRequest, pk: uuid.UUID | None = None) -> HttpResponse:
    """Note an agent, or look at one with its last requests and change its entry."""
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
    row = get_object_or_404(NetworkAgent, pk=pk) if pk else None
    known = {name: getattr(row, name) for name in AgentForm.base_fields} if row else {}
    form = AgentForm(request.POST or None, initial=known)
    if row:
        form.fields["agent_id"].disabled = True
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if try_it(
            request,
            lambda: keep_agent(**values, actor=actor_of(request), now=clock.now(), is_demo=settings.KEPT_DEMO),
            "The agent is noted.",
        ):
            return redirect(LIST)
    context = {
        **console.each_context(request),
        "title": row.name if row else "An authorized agent",
        "agent": row,
        "form": form,
        "filed": list(row.requests.select_related("case")[:SHOWN]) if row else [],
    }
    return render(request, "dsr/console/agent.html", context)


@require_POST
@recently_authenticated
def agent_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take nothing more from an agent."""
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
    row = get_object_or_404(NetworkAgent, pk=pk)
    try_it(request, lambda: end_agent(agent=row, actor=actor_of(request), now=clock.now()), "Nothing more is taken.")
    return redirect(LIST)
