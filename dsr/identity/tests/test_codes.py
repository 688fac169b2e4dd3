"""Six digits: by hash, for minutes, five tries, void when a newer one is mailed; and an address put right."""

import datetime as dt
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client

from accounts.models import User
from dsr.identity.models import IdentityCode
from dsr.identity.services.codes import send_code, use_code
from dsr.models import HistoryRow, SubjectRequest
from dsr.states import State
from dsr.tests.doors import file, filed_and_confirmed, links, mails
from privacy.jobs.models import OutboxMessage
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import ANONYMOUS, SYSTEM, Actor
from privacy.kernel.errors import DomainError
from privacy.testing.cast import signed_in

EMAIL = "carol@example.com"
MakeCase = Callable[..., SubjectRequest]


def code_of_mail() -> str:
    found = [mail for mail in mails() if "The code for your request" in mail.subject][-1]
    digits = re.search(r"^\d{6}$", found.text, re.MULTILINE)
    assert digits
    return digits[0]


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


@pytest.fixture
def case(db: None) -> SubjectRequest:
    file(Client())
    return SubjectRequest.objects.get()


def sent(case: SubjectRequest) -> str:
    send_code(subject_request=case, actor=SYSTEM, now=clock.now())
    return code_of_mail()


@pytest.mark.promise(70)
def test_a_code_confirms_an_unconfirmed_request(case: SubjectRequest, omar: User) -> None:
    client = signed_in(omar)
    assert client.post("/desk/identity/", {"act": "send", "send-reference": case.reference}).status_code == 302
    code = code_of_mail()
    assert code not in str(list(IdentityCode.objects.values_list()))
    page = Client()
    assert page.get("/requests/code/").status_code == 200
    done = page.post("/requests/code/", {"reference": case.reference.lower(), "code": f"{code[:3]} {code[3:]}"})
    assert done.status_code == 200 and "is confirmed" in done.content.decode()
    case.refresh_from_db()
    assert (case.state, case.identity_level) == (State.RECEIVED, "V1") and case.subject
    assert page.post("/requests/code/", {"reference": case.reference, "code": code}).status_code == 400
    run_until_empty()
    assert not OutboxMessage.objects.exclude(secret_text="").exists()


@pytest.mark.django_db
def test_an_agent_takes_the_code_by_phone(make_case: MakeCase, omar: User) -> None:
    case = make_case(identity_level="V0", subject=None)
    code = sent(case)
    client, values = signed_in(omar), {"act": "check", "check-reference": case.reference}
    wrong = client.post("/desk/identity/", {**values, "check-code": other_than(code)})
    assert wrong.status_code == 400 and "wrong, used or too old" in wrong.content.decode()
    assert client.post("/desk/identity/", {**values, "check-code": code}).status_code == 302
    case.refresh_from_db()
    assert case.identity_level == "V1" and case.subject
    row = HistoryRow.objects.get(kind="identity_checked")
    assert (row.detail, row.actor_id) == ("V1:code", omar.pk)


@pytest.mark.parametrize("fate", ["locked", "old", "superseded"])
def test_a_dead_code_is_as_wrong_as_a_wrong_one(case: SubjectRequest, fate: str) -> None:
    code, now = sent(case), clock.now()
    if fate == "locked":
        for _ in range(5):
            assert use_code(reference=case.reference, code=other_than(code), actor=ANONYMOUS, now=now) is None
    if fate == "superseded":
        sent(case)
    late = now + dt.timedelta(minutes=15, seconds=1) if fate == "old" else now
    wrong = Client().post("/requests/code/", {"reference": "KX-NOTHING", "code": code}).content
    assert use_code(reference=case.reference, code=code, actor=ANONYMOUS, now=late) is None
    if fate != "old":
        page = Client().post("/requests/code/", {"reference": "KX-NOTHING", "code": code})
        assert page.status_code == 400 and len(page.content) == len(wrong)
    case.refresh_from_db()
    assert case.state == State.UNCONFIRMED
    assert use_code(reference=case.reference, code=sent(case), actor=ANONYMOUS, now=clock.now())


@pytest.mark.django_db(transaction=True)
def test_two_hundred_codes_at_once_have_five_tries_together() -> None:
    file(Client())
    case = SubjectRequest.objects.get()
    code = sent(case)
    number = int(code)
    guesses = [f"{(number + offset) % 10**6:06}" for offset in range(1, 201)]

    def guess(value: str) -> bool:
        try:
            return use_code(reference=case.reference, code=value, actor=ANONYMOUS, now=clock.now()) is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(guess, guesses))
    assert IdentityCode.objects.get().tries == 5
    assert use_code(reference=case.reference, code=code, actor=ANONYMOUS, now=clock.now()) is None
    right = sent(case)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(guess, [right] * 20)) == 1
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_hundred_asked_for_at_once_leave_one_good_code_and_few_mails() -> None:
    file(Client())
    case = SubjectRequest.objects.get()

    def ask(_: int) -> bool:
        try:
            send_code(subject_request=case, actor=SYSTEM, now=clock.now())
            return True
        except DomainError:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(200))) == 5
    assert IdentityCode.objects.filter(superseded_at=None).count() == 1
    digits = [re.search(r"^\d{6}$", mail.text, re.MULTILINE) for mail in mails() if "The code" in mail.subject]
    good = [
        use_code(reference=case.reference, code=each[0], actor=ANONYMOUS, now=clock.now()) for each in digits if each
    ]
    assert len(good) == 5 and len([each for each in good if each]) == 1
    connection.close()


def test_a_scanner_that_opens_the_page_uses_no_code(case: SubjectRequest) -> None:
    sent(case)
    before = list(IdentityCode.objects.values_list())
    for path in re.findall(r"https?://[^/\s]+(/\S*)", mails()[-1].text):
        Client().get(path)
        Client().head(path)
    assert list(IdentityCode.objects.values_list()) == before


def test_a_mistyped_address_is_put_right_and_what_was_mailed_is_void(case: SubjectRequest, omar: User) -> None:
    old_link, old_code = links(mails()[0], "confirm")[0], sent(case)
    client = signed_in(omar)
    values = {"act": "address", "address-reference": case.reference}
    assert client.post("/desk/identity/", {**values, "address-email": "no address"}).status_code == 400
    assert client.post("/desk/identity/", {**values, "address-email": "Carola@example.com"}).status_code == 302
    assert Client().post(old_link).status_code == 410
    assert use_code(reference=case.reference, code=old_code, actor=ANONYMOUS, now=clock.now()) is None
    mail = mails()[-1]
    assert mail.recipient == "carola@example.com"
    row = HistoryRow.objects.get(kind="address_corrected")
    assert (row.actor_id, row.detail) == (omar.pk, "") and "carol" not in str(HistoryRow.objects.values_list())
    assert Client().post(links(mail, "confirm")[0]).status_code == 302
    again = client.post("/desk/identity/", {**values, "address-email": "eve@example.com"})
    assert again.status_code == 400 and "proved who they are" in again.content.decode()


@pytest.mark.django_db
def test_the_desk_page_asks_for_rights_and_shows_no_data(omar: User, mallory: User, bob: User) -> None:
    case, _ = filed_and_confirmed(Client())
    page = signed_in(omar).get("/desk/identity/")
    assert page.status_code == 200 and EMAIL not in page.content.decode()
    assert signed_in(mallory).get("/desk/identity/").status_code == 403
    unknown = signed_in(omar).post("/desk/identity/", {"act": "send", "send-reference": "KX-NOTHING"})
    assert unknown.status_code == 400 and "no request with this reference" in unknown.content.decode()
    enough = signed_in(omar).post("/desk/identity/", {"act": "send", "send-reference": case.reference})
    assert enough.status_code == 400 and "Ask for no more" in enough.content.decode()
    assert signed_in(omar).post("/desk/identity/", {"act": "fly"}).status_code == 400
    assert Actor.staff(omar.pk).id == omar.pk
