"""Mail that consent sends speaks the language in which its reader last decided."""

import json
import re
from typing import Any

import pytest

from accounts.models import User
from consent.mailing.mails import campaign_copy, opt_out_done
from consent.mailing.models import Campaign
from consent.mailing.recording import record_opt_out
from consent.mailing.tongue import tongue_of
from consent.services import How, set_preference
from consent.vocabulary import Door
from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.languages import LANGUAGES

pytestmark = pytest.mark.django_db
FOOTER = {
    "en": "You get this mail because “Newsletter”",
    "de": "Sie bekommen diese E-Mail, weil",
    "fr": "Vous recevez cet e-mail parce que",
    "es": "Recibe este correo porque",
    "pt": "Recebe este e-mail porque",
    "hi": "आपको यह ईमेल मिली क्योंकि",
}
DONE = {
    "en": "You are unsubscribed",
    "de": "Sie sind abgemeldet",
    "fr": "Votre désabonnement est enregistré",
    "es": "Su baja está hecha",
    "pt": "O seu cancelamento está feito",
    "hi": "आपकी सदस्यता समाप्त है",
}


def decide(user: User, language: str) -> None:
    set_preference(
        subject_id=user.subject_id,
        purpose_code="newsletter",
        allow=True,
        how=How(Door.SIGNED_IN, language=language),
        actor=Actor.subject(user.subject_id),
        now=clock.now(),
    )


def to(user: User, context: dict[str, str]) -> OutboxMessage:
    kind = MessageClass.PROMOTIONAL
    return OutboxMessage(subject_id=user.subject_id, context_text=json.dumps(context), message_class=kind)


@pytest.mark.parametrize("code", [code for code, _ in LANGUAGES])
def test_both_mails_in(alice: User, lena: User, demo_policy: Any, code: str) -> None:
    decide(alice, code)
    campaign = Campaign.objects.create(purpose="newsletter", subject_line="x", text="Our news", created_by=lena.pk)
    copy = campaign_copy(to(alice, {"campaign": str(campaign.pk)}))
    assert copy.text.startswith("Our news") and FOOTER[code] in copy.text
    done = opt_out_done(to(alice, {"topic": "newsletter"}))
    assert done.subject == DONE[code]
    if code != "en":
        assert not re.search(r"You get|Unsubscribe|All your|It is done|Mail that you need", copy.text + done.text)


def test_what_an_agent_enters_says_nothing_about_the_reader(alice: User, omar: User, demo_policy: Any) -> None:
    decide(alice, "pt")
    record_opt_out(
        kind="email",
        value="alice@example.com",
        purpose_code="newsletter",
        way="phone",
        received_at=clock.now(),
        actor=Actor.staff(omar.pk),
        now=clock.now(),
    )
    assert tongue_of(alice.subject_id) == "pt"


def test_who_never_decided_reads_the_main_language(bob: User, demo_policy: Any) -> None:
    assert tongue_of(bob.subject_id) == tongue_of(None) == "en"
