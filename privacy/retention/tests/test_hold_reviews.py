"""No hold is forgotten: those who may release it are told before its review, once for each review."""

import datetime as dt

import pytest

from accounts.models import User
from privacy.jobs import send_gate
from privacy.jobs.models import CapturedMail, Job, JobState
from privacy.jobs.send_gate import GateAnswer
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.retention.services import place_hold, release_hold, remind_of_reviews, review_hold

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def mails() -> list[str]:
    Job.objects.filter(state=JobState.READY).update(run_after=clock.now() - DAY)
    run_until_empty()
    return [mail.text for mail in CapturedMail.objects.filter(recipient__isnull=False) if "legal hold" in mail.text]


@pytest.fixture(autouse=True)
def open_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_gate, "_gates", [lambda message: GateAnswer(allowed=True)])


def test_a_week_before_and_once(ines: Actor, alice: User) -> None:
    now = clock.now()
    hold = place_hold(reason="Matter 12", ground="legal_claims", subject_ids=[alice.subject_id], actor=ines, now=now)
    assert remind_of_reviews(now=now + 82 * DAY) == {"reminders": 0}
    assert remind_of_reviews(now=now + 84 * DAY) == {"reminders": 1}
    assert remind_of_reviews(now=now + 84 * DAY) == {"reminders": 0}
    (text,) = mails()
    assert "Matter" not in text and "alice" not in text and f"/legalhold/{hold.pk}/" in text
    review_hold(hold=hold, actor=ines, now=now + 85 * DAY)
    assert remind_of_reviews(now=now + 90 * DAY) == {"reminders": 0}
    assert remind_of_reviews(now=now + 170 * DAY) == {"reminders": 1}
    release_hold(hold=hold, actor=ines, now=now + 171 * DAY)
    assert remind_of_reviews(now=now + 400 * DAY) == {"reminders": 0}
