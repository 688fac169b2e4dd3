"""The console page on which somebody says whose a record is, record by record."""

import uuid
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from dsr.console_pages import actor_of, back_to, case_or_404, show, try_it
from dsr.services.planning import person_of_case
from dsr.services.ruling import RULED_IN, compare_records, rule_record, rulings_of
from privacy.kernel import clock
from privacy.kernel.errors import DomainError

ANSWERS = {"theirs": True, "another": False}


@require_http_methods(["GET", "HEAD", "POST"])
def whose(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Records with an address of the person, side by side; a POST says whose one of them is."""
    subject_request = case_or_404(request, pk)
    try:
        person = person_of_case(subject_request)
    except DomainError as error:
        try_it(request, partial(_refuse, error), "")
        return back_to(subject_request)
    if request.method == "POST":
        about = {name: request.POST.get(name, "") for name in ("system", "table", "key")}
        answer = ANSWERS.get(request.POST.get("whose", ""))
        if answer is not None:
            act = partial(rule_record, subject_request=subject_request, person=person, about=about, is_theirs=answer)
            try_it(request, lambda: act(actor=actor_of(request), now=clock.now()), "Noted, with your name.")
        return redirect(reverse("console:dsr_whose", args=[pk]))
    ruled = {(each["system"], each["table"], each["key"]): each for each in rulings_of(subject_request)}
    systems = compare_records(subject_request=subject_request, person=person, actor=actor_of(request), now=clock.now())
    return show(
        request,
        "whose.html",
        f"Records that may be somebody else's · {subject_request.reference}",
        subject_request=subject_request,
        can_rule=subject_request.state in RULED_IN,
        systems=[
            (each, [(one, ruled.get((each.system, one.table, one.key))) for one in each.candidates]) for each in systems
        ],
    )


def _refuse(error: DomainError) -> None:
    raise error
