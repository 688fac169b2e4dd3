"""The console page of a case's tasks and notices to recipients."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from dsr.console_pages import actor_of, case_or_404, show, try_it
from dsr.forms_console import ground_choice, set_choices
from dsr.grounds import ground_in
from dsr.models import SubjectRequest
from dsr.notices.answering import RIGHT_OF, answer_task, confirm_task, send_back_task
from dsr.notices.models import Notice, Task
from dsr.notices.services import settle_notice
from dsr.notices.vocabulary import NoticeState, TaskKind, TaskState
from dsr.outcomes import grounds_for
from dsr.services.effects import regimes_of
from dsr.services.second_person import others_than
from privacy.kernel import clock
from privacy.kernel.errors import DomainError

ANSWERS = [
    ("done", "It is done"),
    ("nothing_held", "Nothing is held there"),
    ("not_offered", "It cannot be done there"),
]
CHASED = [("done", "It was asked, and this is what it said")]
LATER = ("later", "It goes by itself, on a day that is known")
OUTCOMES = [("sent", "Told by hand"), ("acknowledged", "The recipient confirmed"), ("exempt", "Not told, because …")]
SETTLED = {NoticeState.ACKNOWLEDGED, NoticeState.EXEMPT}


class TaskForm(forms.Form):
    """What a person found and did in a system."""

    answer = forms.ChoiceField(label="What came of it")
    note = forms.CharField(
        label="What you did, and how one can see it",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
    )
    ground = forms.ChoiceField(label="Where it stays: on which ground", required=False)
    words = forms.CharField(
        label="Where it stays: why, as the person will read it",
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        max_length=2000,
    )
    review_on = forms.DateField(
        label="Where it stays: the day of the next look; where it goes by itself: the day on which it is gone",
        widget=forms.DateInput(attrs={"type": "date"}),
        required=False,
    )

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        """Only what this task can be answered with."""
        super().__init__(*args, **kwargs)
        right = RIGHT_OF.get(TaskKind(task.kind))
        answers = CHASED if task.kind == TaskKind.CHASE else ANSWERS
        set_choices(self, "answer", [*answers, LATER] if task.what and right else answers)
        if right is None:
            for name in ("ground", "words", "review_on"):
                del self.fields[name]
            return
        found = [row for row in grounds_for(right, regimes_of(task.subject_request)) if row.allows_partial]
        set_choices(self, "ground", [("", "None is needed"), *map(ground_choice, found)])


class NoticeForm(forms.Form):
    """What came of a notice."""

    outcome = forms.ChoiceField(label="What came of it", choices=OUTCOMES)
    words = forms.CharField(
        label="Why it is not told, where it is not",
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        max_length=2000,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def tasks(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What people have to do for a case, and who was told; a POST answers one of them."""
    subject_request = case_or_404(request, pk)
    tried: tuple[str, forms.Form] | None = None
    if request.method == "POST":
        tried = _answer(request, subject_request)
        if tried is None:
            return redirect(reverse("console:dsr_tasks", args=[pk]))
    return show(
        request,
        "tasks.html",
        "Tasks and notices",
        subject_request=subject_request,
        tasks=[_shown(row, tried, request) for row in subject_request.tasks.filter(notice=None)],
        notices=[(row, _form(row, tried)) for row in subject_request.notices.select_related("task")],
    )


def _shown(row: Task, tried: tuple[str, forms.Form] | None, request: HttpRequest) -> dict[str, Any]:
    """A task, what was said about it, and what can be done with it by whoever looks."""
    ground = ground_in(row.ground, regimes_of(row.subject_request)[0]) if row.ground else None
    involved = {row.done_by, row.subject_request.filed_by}
    is_own = row.state == TaskState.PROPOSED and request.user.pk in involved
    is_alone = is_own and not others_than(involved)
    return {"task": row, "form": _form(row, tried), "ground": ground, "is_own": is_own, "is_alone": is_alone}


def _settle(request: HttpRequest, case: SubjectRequest) -> None:
    """The second person's word about what stays."""
    row = get_object_or_404(Task, subject_request=case, pk=_key(request))
    act = confirm_task if request.POST["second"] == "agree" else send_back_task
    try_it(request, lambda: act(task=row, actor=actor_of(request), now=clock.now()), "Noted.")


def _answer(request: HttpRequest, case: SubjectRequest) -> tuple[str, forms.Form] | None:
    """None where it was done; else the prefix and the form with what is wrong."""
    if "second" in request.POST:
        _settle(request, case)
        return None
    row, form = _asked(request, case)
    if form.is_valid():
        try:
            if isinstance(row, Task):
                answer_task(task=row, **form.cleaned_data, actor=actor_of(request), now=clock.now())
            else:
                settle_notice(notice=row, **form.cleaned_data, actor=actor_of(request), now=clock.now())
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "Noted.")
            return None
    return str(row.pk), form


def _asked(request: HttpRequest, case: SubjectRequest) -> tuple[Any, forms.Form]:
    """What a POST is about: one task or one notice of this case, and of no other."""
    pk = _key(request)
    task = Task.objects.filter(subject_request=case, pk=pk).first()
    if task:
        return task, TaskForm(request.POST, prefix=str(pk), task=task)
    notice = get_object_or_404(Notice, subject_request=case, pk=pk)
    return notice, NoticeForm(request.POST, prefix=str(pk))


def _key(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("row", ""))
    except ValueError:
        return uuid.UUID(int=0)


def _form(row: Task | Notice, tried: tuple[str, forms.Form] | None) -> forms.Form | None:
    """The form of what still waits."""
    if tried and tried[0] == str(row.pk):
        return tried[1]
    if isinstance(row, Task):
        return TaskForm(prefix=str(row.pk), task=row) if row.state == TaskState.OPEN else None
    return None if row.state in SETTLED else NoticeForm(prefix=str(row.pk))
