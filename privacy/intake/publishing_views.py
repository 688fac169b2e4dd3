"""Console pages of what is published: testimonials, customers, promotions."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from privacy.console.decorators import staff_actor
from privacy.intake.console_views import attempt, note_opened, require, show
from privacy.intake.forms import PromotionForm, PublicationForm, TestimonialForm
from privacy.intake.models import Promotion
from privacy.intake.models.publishing import Publication
from privacy.intake.selectors import answers_for, shown_of
from privacy.intake.services.promotions import open_promotion
from privacy.intake.services.publishing import KINDS, ask_person, publish, receive, take_down
from privacy.intake.vocabulary import EntryState
from privacy.kernel import clock
from privacy.kernel.errors import DomainError

RIGHT = "intake.publish_people"
FORMS: dict[str, type[PublicationForm]] = {"testimonial": TestimonialForm, "customer": PublicationForm}
TITLES = {"testimonial": "Testimonial", "customer": "Customer"}
LISTS = {"testimonial": "console:intake_testimonial_changelist", "customer": "console:intake_customerentry_changelist"}
ACTS: dict[str, tuple[Callable[..., object], dict[str, str], str]] = {
    "ask": (ask_person, {}, "Asked, unless the person decided about exactly this within half a year."),
    "publish": (publish, {}, "It is public now."),
    "take_down": (take_down, {"reason": "by_staff"}, "It is public no longer."),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, kind: str) -> HttpResponse:
    """Take one in; the person is asked by mail at once."""
    require(request, RIGHT)
    form = FORMS[kind](request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        who, site = ("email", values.pop("email")), values.pop("site")
        done = _try(
            form,
            lambda: receive(
                model=KINDS[kind],
                person=who,
                values=values,
                site=site,
                actor=staff_actor(request),
                now=clock.now(),
            ),
        )
        if done:
            attempt(request, lambda: None, "Taken in. The person is asked by mail.")
            return redirect(LISTS[kind])
    return show(request, "enter.html", f"Enter a {TITLES[kind].lower()}", form=form, list=LISTS[kind])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def publication(request: HttpRequest, kind: str, pk: uuid.UUID | str) -> HttpResponse:
    """One of them: what it says, whether it is granted, and what one can do."""
    require(request, RIGHT)
    row = get_object_or_404(KINDS[kind], pk=pk)
    if request.method == "POST" and request.POST.get("act") in ACTS:
        service, more, done = ACTS[request.POST["act"]]
        attempt(request, lambda: service(row=row, actor=staff_actor(request), now=clock.now(), **more), done)
        return redirect(request.path)
    note_opened(request, row, kind)
    return show(request, "publication.html", TITLES[kind], row=row, list=LISTS[kind], **_standing(row))


def _standing(row: Publication) -> dict[str, Any]:
    [answer] = answers_for([row], now=clock.now())
    return {"seen": shown_of(row), "answer": answer, "reason": answer.reason.replace("_", " ")}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def promotion_open(request: HttpRequest) -> HttpResponse:
    """Open a promotion."""
    require(request, RIGHT)
    form = PromotionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if _try(form, lambda: open_promotion(**values, actor=staff_actor(request), now=clock.now())):
            attempt(request, lambda: None, "The promotion is open.")
            return redirect("console:intake_promotion_changelist")
    return show(request, "enter.html", "Open a promotion", form=form, list="console:intake_promotion_changelist")


@never_cache
def promotion(request: HttpRequest, pk: uuid.UUID | str) -> HttpResponse:
    """One promotion, and how many entered. Who entered is not shown here."""
    require(request, RIGHT)
    row = get_object_or_404(Promotion, pk=pk)
    entries = row.entries
    counts = {
        "entered": entries.filter(state=EntryState.ENTERED).count(),
        "waiting": entries.filter(state=EntryState.PENDING).count(),
    }
    return show(request, "promotion.html", row.label, row=row, **counts)


def _try(form: forms.Form, act: Callable[[], object]) -> bool:
    try:
        act()
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    return True
