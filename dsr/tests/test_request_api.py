"""A site or an app files over the API: once for each key, the same for known and unknown people, and nothing waits."""

import datetime as dt
import json
import threading
import uuid
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.api_keys import make_api_key, rotate_api_key
from accounts.models import ApiKey, User
from dsr.correspondence.models import Filing
from dsr.models import HistoryRow, SubjectRequest
from dsr.services import intake_api
from dsr.services.filings import open_filing
from dsr.states import State
from dsr.tests.doors import links, mails, open_filings
from privacy.jobs.models import Job, OutboxMessage
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
PATH = "/api/v1/subject-requests"


def key_for(label: str = "shop", scopes: str = "requests") -> str:
    return make_api_key(label=label, scopes=scopes, actor=OPERATOR, now=clock.now())


def post(key: str, idem: str = "", **body: Any) -> Any:
    wish = {"rights": ["erasure"], "email": "carol@example.com", **body}
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": idem or uuid.uuid4().hex}
    return Client().post(PATH, json.dumps(wish), content_type="application/json", headers=headers)


def follow(key: str, reference: str) -> Any:
    return Client().get(f"{PATH}/{reference}", headers={"Authorization": f"Bearer {key}"})


def test_from_the_call_to_the_queue(lena: User) -> None:
    key, before = key_for(), clock.now()
    answer = post(key, rights=["erasure", "access"], name="Carol", language="de-AT", region="DE")
    assert answer.status_code == 202 and answer.json().keys() == {"reference", "state", "received_at", "due_on"}
    assert follow(key, answer.json()["reference"]).json() == answer.json() and answer.json()["state"] == "received"
    open_filings()
    case = SubjectRequest.objects.get()
    assert (case.reference, case.pk) == (answer.json()["reference"], Filing.objects.get(sealed="").pk)
    assert open_filing(filing_id=case.pk, now=clock.now()) is None
    assert (case.state, case.channel, case.language, case.region, case.identity_level) == (
        State.UNCONFIRMED,
        "api",
        "de",
        "DE",
        "V0",
    )
    assert before <= case.received_at <= clock.now() and case.subject is None
    assert HistoryRow.objects.get(kind="filed").actor_id == ApiKey.objects.get().pk
    assert follow(key, case.reference).json()["state"] == "unconfirmed"
    (mail,) = mails()
    assert Client().post(links(mail, "confirm")[0]).status_code == 302
    told = follow(key, case.reference).json()
    case.refresh_from_db()
    assert told["state"] == "open" and case.due_on and told["due_on"] == case.due_on.isoformat()
    assert case.reference in signed_in(lena).get("/console/dsr/subjectrequest/?channel__exact=api").content.decode()


def test_known_and_unknown_people_get_the_same_answer(alice: User) -> None:
    key = key_for()
    known, unknown = post(key, email="alice@example.com"), post(key, email="nobody@example.com")
    assert known.status_code == unknown.status_code == 202
    assert [known.json()[name] for name in ("state", "due_on")] == [
        unknown.json()[name] for name in ("state", "due_on")
    ]
    assert set(known.headers) == set(unknown.headers) and len(known.content) == len(unknown.content)


def test_the_number_of_queries_is_the_same_and_nothing_is_waited_for(alice: User) -> None:
    key = key_for()
    post(key, email="warm@example.com")
    counts = []
    for email in ("alice@example.com", "nobody@example.com"):
        with CaptureQueriesContext(connection) as seen:
            post(key, email=email)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert not SubjectRequest.objects.exists() and not OutboxMessage.objects.exists()
    assert Job.objects.filter(state="ready", kind="dsr.open_filing").count() == 3


def test_sent_twice_is_filed_once() -> None:
    key = key_for()
    first, second = post(key, "k1"), post(key, "k1")
    assert (first.status_code, second.status_code) == (202, 200) and first.json() == second.json()
    open_filings()
    assert SubjectRequest.objects.count() == Filing.objects.count() == OutboxMessage.objects.count() == 1
    other = post(key, "k1", email="dora@example.com")
    assert other.status_code == 409 and other.json()["code"] == "idempotency_key_reused"


def test_the_same_asked_again_is_the_same_request(lena: User) -> None:
    key = key_for()
    told = [post(key, name).json()["reference"] for name in ("k1", "k2")]
    open_filings()
    assert SubjectRequest.objects.count() == 1 and Filing.objects.count() == 2
    assert [follow(key, reference).json()["state"] for reference in told] == ["unconfirmed"] * 2
    assert set(Filing.objects.values_list("subject_request__reference", flat=True)) == {told[0]}
    found = signed_in(lena).get(f"/console/dsr/subjectrequest/?show=all&q={told[1]}").content.decode()
    assert f">{told[0]}<" in found


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rights": []}, "rights"),
        ({"rights": ["all"]}, "rights"),
        ({"rights": "erasure"}, "rights"),
        ({"email": "carol"}, "email"),
        ({"email": "a@b.example\r\nBcc: x@example.com"}, "email"),
        ({"rights": ["rectification"]}, "message"),
        ({"name": "x" * 500}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"name": "a\ud800b"}, "name"),
        ({"region": "Mars"}, "region"),
        ({"identity_level": "V3"}, "identity_level"),
        ({"received_at": "2020-01-01"}, "received_at"),
    ],
)
def test_bad_input_names_the_field(body: dict[str, Any], field: str) -> None:
    answer = post(key_for(), **body)
    assert answer.status_code == 400 and answer.json()["field"] == field
    assert not SubjectRequest.objects.exists() and not Filing.objects.exists()


def test_what_is_no_call_is_refused() -> None:
    key = key_for()
    auth = {"Authorization": f"Bearer {key}"}
    assert Client().get(PATH, headers=auth).status_code == 405
    assert Client().post(PATH, "{}", content_type="application/json", headers=auth).json()["field"] == "Idempotency-Key"
    bad = Client().post(PATH, "[1", content_type="application/json", headers={**auth, "Idempotency-Key": "k"})
    assert bad.status_code == 400 and bad.json()["field"] == "body"


def test_each_system_follows_its_own_through_rotations() -> None:
    mine, other = key_for(), key_for("app")
    reference = post(mine).json()["reference"]
    assert follow(other, reference).status_code == follow(mine, "KX-ABCDEFG").status_code == 404
    assert follow(other, reference).json() == follow(mine, "KX-ABCDEFG").json()
    row = ApiKey.objects.get(label="shop")
    fresh = rotate_api_key(key=row, overlap=dt.timedelta(0), actor=OPERATOR, now=clock.now())
    assert follow(fresh, reference).status_code == 200
    assert follow(key_for("feed", "decisions"), reference).status_code == 401
    assert post("nonsense").status_code == 401


def test_a_stolen_key_does_not_write_to_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_api, "MOST_A_DAY", 2)
    key = key_for()
    assert [post(key, email=f"p{n}@example.com").status_code for n in range(3)] == [202, 202, 429]


def test_the_schema_tells_it() -> None:
    schema = Client().get("/api/v1/schema/", headers={"Accept": "application/json"})
    assert PATH in schema.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_hundred_at_once_lose_nothing() -> None:
    key = key_for()
    answers: list[int] = []

    def run(number: int) -> None:
        try:
            answers.extend(
                post(key, f"{number}-{turn}", email=f"p{number}.{turn}@example.com").status_code for turn in range(25)
            )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert answers.count(202) == 200
    open_filings()
    assert SubjectRequest.objects.count() == Filing.objects.count() == OutboxMessage.objects.count() == 200
    assert SubjectRequest.objects.filter(items__clocks__isnull=False).distinct().count() == 200


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_the_same_call_at_the_same_moment_files_once() -> None:
    key, gate, answers = key_for(), threading.Barrier(4), []

    def run() -> None:
        try:
            gate.wait(10)
            answers.append(post(key, "same").json()["reference"])
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == 4 and len(set(answers)) == 1
    open_filings()
    assert SubjectRequest.objects.count() == Filing.objects.count() == OutboxMessage.objects.count() == 1
