"""The console: dashboard, evidence that cannot be edited, jobs and mails that wait for a person."""

import pytest

from accounts.models import User
from privacy.audit.models import AuditEvent
from privacy.console.charts import bar_chart
from privacy.jobs.models import Job, JobState, MessageClass, OutboxMessage, SendState
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db


def test_the_dashboard_answers_what_is_stuck_and_what_broke(lena: User) -> None:
    Job.objects.create(kind="dsr.advance_run", idem_key="a", state=JobState.NEEDS_HUMAN)
    page = signed_in(lena).get("/console/").content.decode()
    assert "What is stuck" in page and "Jobs that need a person" in page and "What broke" in page
    assert "No worker has polled yet" in page


def test_evidence_is_shown_and_never_edited(lena: User) -> None:
    client = signed_in(lena)
    event = AuditEvent.objects.order_by("pk").first()
    assert event is not None  # the cast's identifiers were noted
    assert client.get("/console/audit/auditevent/").status_code == 200
    page = client.get(f"/console/audit/auditevent/{event.pk}/change/")
    assert page.status_code == 200 and b'name="_save"' not in page.content
    assert client.get("/console/audit/auditevent/add/").status_code == 403
    assert client.post(f"/console/audit/auditevent/{event.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_stuck_job_is_tried_again_and_an_uncertain_mail_decided(lena: User) -> None:
    client = signed_in(lena)
    job = Job.objects.create(kind="dsr.advance_run", idem_key="a", state=JobState.NEEDS_HUMAN)
    mail = OutboxMessage.objects.create(
        idem_key="m", template="dsr.letter", message_class=MessageClass.NOTICE, state=SendState.UNCERTAIN
    )
    assert client.get(f"/console/jobs/job/{job.pk}/decide/").status_code == 200
    job.refresh_from_db()
    assert job.state == JobState.NEEDS_HUMAN  # a GET decides nothing
    client.post(f"/console/jobs/job/{job.pk}/decide/", {"decision": "retry"})
    client.post(f"/console/jobs/outboxmessage/{mail.pk}/decide/", {"decision": "sent"})
    job.refresh_from_db()
    mail.refresh_from_db()
    assert (job.state, mail.state) == (JobState.READY, SendState.SENT)
    answer = client.post(f"/console/jobs/outboxmessage/{mail.pk}/decide/", {"decision": "resend"}, follow=True)
    assert "not uncertain any more" in answer.content.decode()


def test_a_refused_mail_needs_somebody_until_it_is_dealt_with(lena: User) -> None:
    client, values = signed_in(lena), {"template": "dsr.letter", "message_class": MessageClass.NOTICE}
    refused, again, lost = (
        OutboxMessage.objects.create(idem_key=key, state=state, reason="server_550", **values)
        for key, state in (("a", "given_up"), ("b", "given_up"), ("c", "uncertain"))
    )

    def waiting() -> set[object]:
        found = client.get("/console/jobs/outboxmessage/?waits=yes").context["cl"].result_list
        panel = client.get("/console/").content.decode().partition("Mails that need a person</a></h3>")[2]
        assert panel.startswith(f'<p class="panel-figure">{len(found)}</p>')
        return {row.pk for row in found}

    assert waiting() == {refused.pk, again.pk, lost.pk}
    address = f"/console/jobs/outboxmessage/{refused.pk}/decide/"
    assert "server_550" in client.get(address).content.decode() and len(waiting()) == 3  # a GET decides nothing
    client.post(address, {"decision": "seen"})
    assert waiting() == {again.pk, lost.pk}
    event = AuditEvent.objects.get(type="mail.seen")
    assert (event.actor_id, event.target_id) == (lena.pk, refused.pk)
    assert "waits for nobody" in client.post(address, {"decision": "seen"}, follow=True).content.decode()
    selected = {"action": "note_selected_seen", "_selected_action": [str(row.pk) for row in (refused, again, lost)]}
    page = client.post("/console/jobs/outboxmessage/", selected, follow=True).content.decode()
    assert "1 of 3 need nobody any more" in page and "2 skipped" in page
    assert waiting() == {lost.pk} and AuditEvent.objects.filter(type="mail.seen").count() == 2
    refused.refresh_from_db()
    assert refused.state == SendState.GIVEN_UP  # that it never arrived stays


def test_every_page_of_the_console_keeps_the_strict_policy(lena: User) -> None:
    client = signed_in(lena)
    for path in ("/console/", "/console/jobs/job/", "/console/dsr/subjectrequest/"):
        answer = client.get(path)
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert b" style=" not in answer.content and b"<script>" not in answer.content, path


def test_a_chart_says_its_figures_in_words() -> None:
    svg = bar_chart([("Mon", 2), ("<b>", 1)], title="Requests")
    assert "Mon: 2" in svg and "<b>" not in svg
