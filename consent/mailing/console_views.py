"""The pages of a campaign: write it, see who would get it and why others not, send it, stop it."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from consent.mailing.campaigns.audience import ALLOWED
from consent.mailing.campaigns.selectors import fates, readings
from consent.mailing.campaigns.services import count_audience, start_campaign, stop_campaign, write_campaign
from consent.mailing.forms import CampaignForm
from consent.mailing.models import Campaign, CampaignState
from consent.mailing.opting_out import topic
from privacy.console.decorators import recently_authenticated, staff_actor
from privacy.console.site import console
from privacy.kernel import clock
from privacy.kernel.errors import DomainError

RIGHT = "mailing.send_campaign"
WHY_NOT = {
    ALLOWED: "allow it, and get it",
    "not_given": "never allowed it",
    "refused": "declined it",
    "withdrawn": "withdrew it",
    "objected": "objected to it",
    "expired": "allowed it too long ago",
    "stale": "allowed an older text",
    "pending": "have not confirmed it yet",
    "paused": "paused it",
    "proofs_missing": "are no customers who could opt out",
    "restricted": "had their data restricted",
    "suspended": "have a suspended account",
    "address_not_confirmed": "never confirmed their address",
    "unknown_purpose": "cannot be asked: the policy does not name the topic any more",
}


def _check_right(request: HttpRequest) -> None:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """Write a draft, or change one (`?campaign=`)."""
    _check_right(request)
    known = request.GET.get("campaign", "")
    draft = get_object_or_404(Campaign, pk=known) if _is_id(known) else None
    first = {name: getattr(draft, name) for name in ("purpose", "subject_line", "text")} if draft else None
    form = CampaignForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = write_campaign(
                purpose_code=given["purpose"],
                subject_line=given["subject_line"],
                text=given["text"],
                campaign=draft,
                actor=staff_actor(request),
                now=clock.now(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "The draft is kept. Count next who would get it.")
            return redirect("console:mailing_campaign_change", row.pk)
    return _show(request, "write.html", "Write a campaign", form=form)


def _is_id(value: str) -> bool:
    try:
        uuid.UUID(value)
    except ValueError:
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@recently_authenticated
def campaign_page(request: HttpRequest, pk: uuid.UUID | str) -> HttpResponse:
    """One campaign: its text, its numbers, and what can be done with it now. Sending to everybody is grave."""
    _check_right(request)
    campaign = get_object_or_404(Campaign, pk=pk)
    if request.method == "POST":
        return _act(request, campaign, request.POST.get("act", ""))
    terms = topic(campaign.purpose)
    return _show(
        request,
        "campaign.html",
        campaign.subject_line,
        campaign=campaign,
        topic=terms.label if terms else campaign.purpose,
        dry_run=_lines(campaign.counts.get("dry_run")),
        sending=_lines(campaign.counts.get("sending")),
        fates=fates(campaign),
        readings=readings(campaign),
        allowed=campaign.counts.get("dry_run", {}).get(ALLOWED, 0),
        is_draft=campaign.state == CampaignState.DRAFT,
        can_stop=campaign.state in {CampaignState.SENDING, CampaignState.SENT},
    )


def _lines(counts: dict[str, int] | None) -> list[tuple[str, int]]:
    """Those who get it first, then why others do not, the commonest first."""
    ordered = sorted((counts or {}).items(), key=lambda item: (item[0] != ALLOWED, -item[1], item[0]))
    return [(WHY_NOT.get(reason, reason), count) for reason, count in ordered]


def _act(request: HttpRequest, campaign: Campaign, act: str) -> HttpResponse:
    if act == "count":
        done = "Counting. Load this page again in a moment."
        return _try(request, campaign, lambda: count_audience(**_by(request, campaign)), done)
    if act == "send":
        done = "It is being sent, once to each person who allows it when their copy leaves."
        return _try(request, campaign, lambda: start_campaign(**_by(request, campaign)), done)
    if act == "stop":
        done = "Stopped: no further copy leaves, not even one that waits already."
        return _try(request, campaign, lambda: stop_campaign(**_by(request, campaign)), done)
    messages.error(request, "Choose what to do.")
    return redirect("console:mailing_campaign_change", campaign.pk)


def _by(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    return {"campaign": campaign, "actor": staff_actor(request), "now": clock.now()}


def _try(request: HttpRequest, campaign: Campaign, act: Any, done: str) -> HttpResponse:
    try:
        act()
        messages.success(request, done)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("console:mailing_campaign_change", campaign.pk)


def _show(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    values = {**console.each_context(request), "title": title, **context}
    return render(request, f"consent/console/{template}", values, status=400 if _is_wrong(context) else 200)


def _is_wrong(context: dict[str, Any]) -> bool:
    form = context.get("form")
    return bool(form is not None and form.is_bound and form.errors)
