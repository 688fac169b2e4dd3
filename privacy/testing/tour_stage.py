"""Sets the stage for the last walk of the tour: rows for every page of the console that the story of the demo leaves
empty, printed as a name and a path. Run inside an installation that is thrown away afterwards."""

import datetime as dt
import io
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.urls import reverse

from accounts.models import User
from consent.links import make_preferences_token
from consent.models import ConsentEvent
from dsr.correspondence.services import GivenFile, Said, add_message
from dsr.decisions.models import Proposal
from dsr.decisions.selectors import REGISTERS
from dsr.models import RequestItem, SubjectRequest
from dsr.outcomes import Decision
from dsr.review.services import collecting
from dsr.services import answering
from dsr.services.links import make_link
from dsr.states import State
from privacy.audit.models import AuditEvent
from privacy.connectors.desks.asking import USE
from privacy.connectors.desks.models import DeskQuestion
from privacy.connectors.desks.tending import tend_questions
from privacy.console.site import console
from privacy.jobs.webhooks.services import Wishes, make_endpoint
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.rendering.tests.files import pdf
from privacy.kernel.tokens import sealed_token
from privacy.pages.demo.cast import DANA, ERIK_EMAIL, LENA
from privacy.pages.demo.telling import tell
from privacy.personal_data.models import Subject
from privacy.policy.drafting import start_draft
from privacy.testing.factories import CaseFactory, UserFactory

DESKS = """
systems:
  - {key: archive, kind: desk, label: Paper archive, holds: [letters],
     owner: nora@kept.example, deputy: lena@kept.example}
  - {key: agency, kind: desk, label: Agency, holds: [clippings],
     owner: press.demo@example.com, deputy: deputy.demo@example.com}
"""
FILLED = "Words of the tour"


def row(label: str, **given: Any) -> models.Model:
    """A row with something plausible in every column that must have a value."""
    model = apps.get_model(label)
    values = {
        field.name: _plausible(field)
        for field in model._meta.concrete_fields
        if field.name not in given and not (field.null or field.has_default() or field.primary_key or field.blank)
    }
    made: models.Model = model._base_manager.create(**values, **given)
    return made


def _plausible(field: "models.Field[Any, Any]") -> Any:
    if field.is_relation:
        related = field.related_model
        assert isinstance(related, type)
        if related is Subject:
            return Subject.objects.create()
        return related._base_manager.first() or row(related._meta.label)
    if field.flatchoices:
        return field.flatchoices[0][0]
    made: dict[str, Any] = {
        "DateTimeField": clock.now(),
        "DateField": clock.now().date(),
        "UUIDField": uuid.uuid4(),
        "JSONField": {},
        "SlugField": f"tour-{uuid.uuid4().hex[:6]}",
        "TextField": FILLED,
    }
    kind = field.get_internal_type()
    return made.get(kind, 1 if "Integer" in kind else FILLED[: field.max_length or None])


def case_of(subject: Subject, right: str, **given: Any) -> SubjectRequest:
    """A received case with one right, due in three weeks."""
    due = clock.now().date() + dt.timedelta(days=21)
    contact = {"name": "Tour Person", "email": "tour.demo@example.com", "phone": "+441", "postal": "1 Road, London"}
    given = {"subject": subject, "contact": contact, "due_on": due, "safe_on": due, "is_demo": True, **given}
    case: SubjectRequest = CaseFactory.create(reference=f"KX-{uuid.uuid4().hex[:7].upper()}", **given)
    RequestItem.objects.filter(subject_request=case).update(right=right)
    return case


def stage() -> None:
    """Everything, as lines of a name and a path."""
    for name, path in (*_cases(), *_partners(), *_desks(), *_people(), *_lists()):
        print(name, path)  # noqa: T201  # this is what it is for


def _lists() -> Iterator[tuple[str, str]]:
    """A row for every list of the console that has none, and the pages around some."""
    now, lena = clock.now(), Actor.staff(User.objects.get(email=LENA.email).pk)
    endpoint = make_endpoint(
        label="Tour", wishes=Wishes(url="https://crm.example/", topics=("consent.changed",)), actor=lena, now=now
    ).endpoint
    type(endpoint).objects.filter(pk=endpoint.pk).update(state="paused")
    row("webhooks.WebhookDelivery", endpoint=endpoint, state="settled")
    row("retention.DisposalRun", state="done")
    row("imports.ConsentImport", state="discarded")
    row("personal_data.SubjectAlias")
    for label in ("retention.LegalHold", "intake.IntakeCount", "notices.NoticeRoute", "drp.NetworkAgent"):
        row(label)
    for label in ("demands.LegalDemand", "safeguards.SafeguardDocument", "timekeeping.CalendarDay"):
        row(label)
    for model in console._registry:
        about = f"{model._meta.app_label}_{model._meta.model_name}"
        yield f"list-{about}", reverse(f"console:{about}_changelist")
        first = model._default_manager.first()
        if first is not None:
            yield f"one-{about}", reverse(f"console:{about}_change", args=[first.pk])
    event = AuditEvent.objects.latest("at")
    yield "history", reverse("console:audit_auditevent_history", args=[event.pk])
    yield "safeguard-new", reverse("console:safeguards_new")
    yield "agent-new", reverse("console:drp_agent_new")
    yield "route-add", reverse("console:notices_noticeroute_add")
    yield "customer-enter", reverse("console:intake_customer_enter")
    yield "app", "/console/dsr/"
    draft = start_draft(effective_on=dt.date(now.year + 2, 1, 1), actor=lena, now=now)
    for act in ("publish", "discard"):
        yield f"draft-{act}", reverse(f"console:policy_{act}", args=[draft.pk])
    job = row("jobs.Job", kind="dsr.advance_run", idem_key="tour", state="needs_human")
    yield "job-decide", reverse("console:job_decide", args=[job.pk])
    mail = row("jobs.OutboxMessage", idem_key="tour", state="uncertain")
    yield "mail-decide", reverse("console:outboxmessage_decide", args=[mail.pk])


def _cases() -> Iterator[tuple[str, str]]:
    """Cases in the states that take the story weeks to reach."""
    now, lena = clock.now(), Actor.staff(User.objects.get(email=LENA.email).pk)
    list(tell(email=ERIK_EMAIL, right="erasure"))
    told = SubjectRequest.objects.filter(state=State.CLOSED).latest("closed_at")
    yield "answered", reverse("request_status", args=[make_link(subject_request=told, kind="status", now=now)])
    subject = UserFactory.create(email="tour.demo@example.com", name="Tour Person").subject
    case = case_of(subject, "erasure")
    words = "We looked at every place where this could be."
    found = answering.answer_item(
        item=case.items.get(), decision=Decision("refused", words, "unfounded"), actor=lena, now=now
    )
    assert isinstance(found, Proposal)
    yield "proposal", reverse("console:dsr_proposal", args=[found.pk])
    refused = case_of(subject, "erasure", state=State.CLOSED, closed_at=now, regime="US-CA")
    appeal = {"subject_request": refused, "was_state": State.CLOSED, "words": "You overlooked the letter of last year."}
    row("decisions.Appeal", due_on=now.date() + dt.timedelta(days=40), **appeal)
    yield "appeal", reverse("console:dsr_appeal", args=[refused.pk])
    yield "appeal-extend", reverse("console:dsr_appeal_extend", args=[refused.pk])
    yield "reopen", reverse("console:dsr_reopen", args=[refused.pk])
    access = case_of(subject, "access")
    package = row("personal_data.PreparedPackage", subject=subject, case_id=access.pk, state="ready")
    row("leaks.LeakFinding", package=package, hint="b***@e***", place="shop/orders", row=3, column="note", times=2)
    yield "findings", reverse("console:dsr_findings", args=[access.pk])
    yield "away", reverse("console:dsr_away", args=[access.pk])
    asked = case_of(subject, "question")
    done = Decision("fulfilled", "We keep invoices for ten years because of tax law.")
    answering.answer_item(item=asked.items.get(), decision=done, actor=lena, now=now)
    yield "send", reverse("console:dsr_send", args=[asked.pk])
    said = Said(medium="mail", text="See the scan", at=now, files=[GivenFile("letter.pdf", pdf("Please look here."))])
    add_message(subject_request=access, said=said, actor=lena, now=now)
    attachment = apps.get_model("correspondence.Attachment").objects.get(message__subject_request=access)
    yield "attachment", reverse("console:dsr_attachment", args=[attachment.pk])
    review = collecting.open_review(subject_request=access, actor=lena, now=now)
    collecting.add_file(review=review, data=pdf("Words of somebody else."), name="talk.pdf", actor=lena, now=now)
    document = review.documents.first()
    assert document
    yield "document", reverse("console:review_document", args=[document.pk])


def _partners() -> Iterator[tuple[str, str]]:
    """Business customers whose people ask here, and the pages over all cases."""
    now, subject = clock.now(), User.objects.get(email="tour.demo@example.com").subject
    customer = row("referring.BusinessCustomer", email="office.demo@example.com", remind_after_days=7)
    row("referring.Assist", customer=customer)
    controller = row("opendsr.Controller", customer=customer)
    protocol = case_of(subject, "access")
    row("opendsr.ProtocolRequest", controller=controller, case=protocol)
    for name in ("customers", "reports", "find"):
        yield name, reverse(f"console:dsr_{name}")
    yield "customer", reverse("console:dsr_customer", args=[customer.pk])
    yield "opendsr-customer", reverse("console:opendsr_controller", args=[customer.pk])
    yield "opendsr", reverse("console:opendsr_request", args=[protocol.pk])
    yield "month", reverse("console:dsr_month", args=[now.year, now.month])
    for name in REGISTERS:
        yield f"register-{name}", reverse("console:dsr_register", args=[name])


def _desks() -> Iterator[tuple[str, str]]:
    """A question to somebody of ours, and one to somebody outside."""
    case = case_of(User.objects.get(email="tour.demo@example.com").subject, "access")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "systems.yaml"
        file.write_text(DESKS, encoding="utf-8")
        call_command("connect", str(file), stdout=io.StringIO())
    tend_questions(now=clock.now())
    own = DeskQuestion.objects.filter(desk="archive", about=case.pk).first()
    away = DeskQuestion.objects.filter(desk="agency", about=case.pk).first()
    if own and away:
        yield "desk-question", reverse("console:desks_question", args=[own.pk])
        yield "desk-by-link", reverse("desk_question", args=[sealed_token(USE, {"question": str(away.pk)})])


def _people() -> Iterator[tuple[str, str]]:
    """Pages behind mailed links."""
    now, dana = clock.now(), User.objects.get(email=DANA.email)
    event = ConsentEvent.objects.filter(subject_id=dana.subject_id).latest("at")
    link = f"/preferences/by/{make_preferences_token(DANA.email, now)}/"
    yield "receipt-by-link", f"{link}receipts/{event.pk}/"
    yield "signals-by-link", f"{link}signals/"
