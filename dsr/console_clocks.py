"""The console pages that move a clock: the law that counts, a question to the person, and its answer."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.models import User
from dsr.console_pages import actor_of, back_to, case_or_404, show, try_it
from dsr.forms_clocks import ABOUT, AnsweredForm, LawForm, QuestionForm
from dsr.regions import REGIONS
from dsr.services.asking import ask_clarification, note_answer, open_questions, tell_fee
from dsr.services.assigning import assign_case
from dsr.services.choosing_law import change_law
from dsr.services.clocks import clocks_in_force, is_prompt_question
from dsr.services.counting import laws_of_case
from dsr.services.extending import ask_identity
from privacy.kernel import clock


@require_http_methods(["GET", "HEAD", "POST"])
def law(request: HttpRequest, pk: Any) -> HttpResponse:
    """Say where the person lives, so that the law there counts too."""
    subject_request = case_or_404(request, pk)
    form = LawForm(request.POST or None, initial={"region": subject_request.region})
    if request.method == "POST" and form.is_valid():
        act = partial(change_law, **form.cleaned_data, actor=actor_of(request), now=clock.now())
        if try_it(request, lambda: act(subject_request=subject_request), "Counted again by the law of that place."):
            return back_to(subject_request)
    return show(
        request,
        "law.html",
        "The law that counts",
        subject_request=subject_request,
        form=form,
        laws=laws_of_case(subject_request),
        place=REGIONS.get(subject_request.region),
        clocks=clocks_in_force(subject_request),
    )


@require_http_methods(["POST"])
def assign(request: HttpRequest, pk: Any) -> HttpResponse:
    """Take a case on, or give it back."""
    subject_request = case_or_404(request, pk)
    user = request.user if isinstance(request.user, User) and request.POST.get("to") == "me" else None
    act = partial(assign_case, to=user, actor=actor_of(request), now=clock.now())
    done = "You work on it now, and are reminded first." if user else "Nobody works on it now; everybody is reminded."
    try_it(request, lambda: act(subject_request=subject_request), done)
    return back_to(subject_request)


ASKS = {"identity": ask_identity, "clarification": ask_clarification, "fee": tell_fee}


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: Any) -> HttpResponse:
    """Ask the person: who they are, what exactly they want; or tell what it costs."""
    subject_request = case_or_404(request, pk)
    chosen = request.GET.get("about", "")
    initial = {"about": chosen if chosen in ASKS else "identity"}
    form = QuestionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        act = partial(
            ASKS[form.cleaned_data["about"]],
            words=form.cleaned_data["words"],
            actor=actor_of(request),
            now=clock.now(),
        )
        if try_it(request, lambda: act(subject_request=subject_request), "The question is on its way."):
            return back_to(subject_request)
    is_prompt = is_prompt_question(subject_request, clock.now())
    return show(request, "ask.html", "Ask the person", subject_request=subject_request, form=form, is_prompt=is_prompt)


@require_http_methods(["GET", "HEAD", "POST"])
def answered(request: HttpRequest, pk: Any) -> HttpResponse:
    """Note that the person answered a question of ours."""
    subject_request = case_or_404(request, pk)
    waiting = open_questions(subject_request)
    form = AnsweredForm(request.POST or None, about=waiting)
    if request.method == "POST" and form.is_valid():
        act = partial(note_answer, **form.cleaned_data, actor=actor_of(request), now=clock.now())
        if try_it(request, lambda: act(subject_request=subject_request), "Noted. The time is counted again."):
            return back_to(subject_request)
    words = [ABOUT[about] for about in waiting]
    return show(
        request, "answered.html", "The person answered", subject_request=subject_request, form=form, waiting=words
    )
