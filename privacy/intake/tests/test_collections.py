"""Collections: where, under which notice, from whom; once each, and never a grant by itself."""

import json
import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.models import Identifier, User
from consent.models import ConsentEvent, Preference, ScopedEvent, ScopedGrant
from consent.vocabulary import Door, Status
from privacy.audit.models import AuditEvent
from privacy.intake.models import AcceptedKey, CollectedValue, Collection, TellTask, Testimonial
from privacy.intake.rules import Given, Value
from privacy.intake.services.collecting import collect
from privacy.intake.tests.conftest import Post, collection
from privacy.intake.vocabulary import Touchpoint
from privacy.jobs.models import OutboxMessage
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.personal_data.contract import Action, Chunk, Person, handlers
from privacy.personal_data.models import Restriction, Subject
from privacy.personal_data.ordering import in_erasure_order
from privacy.policy.models import PolicyVersion
from privacy.policy.services import load_policy, publish_policy
from privacy.policy.tests.files import dated
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
PATH = "/api/v1/collections"
SEVEN = [point for point in Touchpoint if point is not Touchpoint.ENRICHMENT]


@pytest.mark.promise(8)
def test_seven_touchpoints_are_seven_rows_with_their_notice(post: Post, alice: User) -> None:
    for point in SEVEN:
        post(PATH, collection(touchpoint=point.value, form=f"{point}-form"))
    page = signed_in(alice).get("/my-data/tables/intake.Collection/").content.decode()
    for point in SEVEN:
        assert point.label in page, point
    assert page.count("15 May 2018") == 7
    assert Collection.objects.filter(subject=alice.subject).count() == 7


@pytest.mark.promise(3)
def test_the_site_stands_on_collections_and_consents_and_groups_the_export(post: Post, alice: User) -> None:
    for number, site in enumerate(("blogs", "main", "blogs", "code")):
        post(
            PATH,
            collection(site=site, form=f"f{number}", consents=[{"purpose": "newsletter", "answer": True}]),
        )
    assert ConsentEvent.objects.get(purpose="newsletter").site == "blogs"
    assert ConsentEvent.objects.get(purpose="newsletter").door == Door.FORM
    rows = [record.row["site"] for record in handlers.get("intake.Collection").export(Person((alice.subject_id,)))]
    assert rows == ["blogs", "blogs", "code", "main"]
    answer = post(PATH, collection(site="elsewhere"), status=400)
    assert answer["field"] == "site"


@pytest.mark.promise(3)
def test_a_new_site_needs_no_deploy(post: Post, alice: User) -> None:
    body = collection(site="academy")
    assert post(PATH, body, status=400)["field"] == "site"
    line = "  - {code: blogs, label: Blogs, host: blogs.vtiger.com}\n"
    new = f"{line}  - {{code: academy, label: Academy, host: academy.vtiger.com}}\n"
    version = load_policy(text=dated("2019-01-01", (line, new)), actor=OPERATOR, now=clock.now()).version
    publish_policy(version=version, actor=OPERATOR, now=clock.now())
    post(PATH, body)


@pytest.mark.promise(8)
def test_a_form_is_never_a_grant(post: Post, alice: User) -> None:
    asked = [
        {"purpose": "newsletter", "answer": True},
        {"purpose": "events", "answer": False},
        {"purpose": "transactional", "answer": True},
    ]
    answer = post(PATH, collection(consents=asked))
    assert answer["consents"] == {"newsletter": "requested", "events": "refused", "transactional": "locked"}
    assert {row.purpose: row.status for row in Preference.objects.all()} == {
        "newsletter": Status.REQUESTED,
        "events": Status.REFUSED,
    }
    assert OutboxMessage.objects.count() == 1
    post(PATH, collection(values=[]))  # without consents nothing more is decided
    assert Preference.objects.count() == 2
    assert post(PATH, collection(terms=True), status=400)["field"] == "terms"
    assert post(PATH, collection(consents=[{"purpose": "terms", "answer": True}]), status=400)["field"] == (
        "consents[0].purpose"
    )


def test_a_repetition_is_the_same_report_and_another_body_is_refused(post: Post, alice: User) -> None:
    first = post(PATH, collection(), idem="one")
    assert post(PATH, collection(), idem="one", status=200) == first
    refused = post(PATH, collection(form="other"), idem="one", status=409)
    assert (refused["field"], refused["code"]) == ("Idempotency-Key", "idempotency_key_reused")
    assert Collection.objects.count() == 1
    assert post(PATH, collection(), idem="", status=400)["field"] == "Idempotency-Key"


def test_an_erased_report_does_not_come_back(post: Post) -> None:
    post(PATH, collection(), idem="one")
    CollectedValue.objects.all().delete()
    Collection.objects.all().delete()
    assert post(PATH, collection(), idem="one", status=410)["code"] == "gone"
    assert not Collection.objects.exists()


@pytest.mark.promise(93)
def test_who_is_too_young_leaves_nothing(post: Post) -> None:
    for age in ({"years": 12}, {"born_on": "2020-01-01"}, {"years": 15, "country": "DE"}):
        answer = post(PATH, collection(age=age), status=403)
        assert (answer["field"], answer["code"]) == ("age", "too_young")
    assert not Subject.objects.exists() and not Collection.objects.exists() and not AcceptedKey.objects.exists()
    assert not AuditEvent.objects.filter(type__startswith="intake.").exists()
    post(PATH, collection(age={"years": 15, "country": "GB"}))
    for bad in (None, {}, {"years": "34"}, {"years": -1}, {"years": 34, "x": 1}, {"proof": "made up"}, 34):
        field = post(PATH, collection(age=bad), status=400)["field"]
        assert field.startswith("age"), (bad, field)


def test_who_may_not_be_used_is_not_taken(post: Post, alice: User) -> None:
    Restriction.objects.create(subject=alice.subject, ground="contested")
    assert post(PATH, collection(), status=403)["code"] == "restricted"
    enrichment = collection(
        subject={"email": "someone@example.com"},
        touchpoint="enrichment",
        values=[{"name": "industry", "category": "enrichment", "value": "Steel", "source": "affiliate-one"}],
    )
    assert post(PATH, enrichment, status=403)["code"] == "not_given"
    assert not Collection.objects.exists()
    assert not Identifier.objects.filter(source__startswith="form:").exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": {"email": "nonsense"}}, "subject.email"),
        ({"subject": {"email": "a@b.example", "phone": "+491234567"}}, "subject"),
        ({"subject": "alice"}, "subject"),
        ({"touchpoint": "fax"}, "touchpoint"),
        ({"touchpoint": ["trial"]}, "touchpoint"),
        ({"form": "<b>form</b>"}, "form"),
        ({"form": "x" * 61}, "form"),
        ({"notice": {"version": "2018-05-16", "language": "en"}}, "notice.version"),
        ({"notice": {"version": "9999-99-99", "language": "en"}}, "notice.version"),
        ({"notice": {"version": "2018-05-15", "language": "../en"}}, "notice.language"),
        ({"purpose": "world_domination"}, "purpose"),
        ({"values": {"name": "x"}}, "values"),
        ({"values": [{"name": "x"}] * 51}, "values"),
        ({"values": ["x"]}, "values[0]"),
        ({"values": [{"name": "x", "category": "identification", "value": 5}]}, "values[0].value"),
        ({"values": [{"name": "x", "category": "identification", "value": "a\x00b"}]}, "values[0].value"),
        ({"values": [{"name": "x", "category": "billing", "value": "a"}]}, "values[0].category"),
        ({"values": [{"name": "x", "category": "nothing", "value": "a"}]}, "values[0].category"),
        ({"values": [{"name": "x", "category": "account", "value": "a", "source": "linkedin"}]}, "values[0].source"),
        (
            {"values": [{"name": "x", "category": "identification", "value": "a", "obtained_on": "2999-01-01"}]},
            "values[0].obtained_on",
        ),
        ({"values": [{"name": "x", "category": "identification", "value": "a", "more": 1}]}, "values[0].more"),
        ({"consents": [{"purpose": "newsletter", "answer": "yes"}]}, "consents[0].answer"),
        ({"Extra Field!": 1}, "?"),
    ],
)
def test_hostile_and_wrong_input_is_named(post: Post, change: dict[str, Any], field: str) -> None:
    answer = post(PATH, collection(**change), status=400)
    assert answer["field"] == field and "world" not in answer["error"]
    assert not Collection.objects.exists() and not Subject.objects.exists()


def test_bodies_that_are_none(post: Post) -> None:
    for body in ("", "[]", "{", "null", b"\xff\xfe", "[" * 100_000, json.dumps({"values": "x" * 300_000})):
        assert post(PATH, body, status=400)["field"] == "body"
    assert Client().get(PATH).status_code == 401
    post(PATH, collection(), key="kept_wrong", status=401)


def test_text_that_would_harm_is_kept_as_text(post: Post, alice: User) -> None:
    texts = ["=HYPERLINK(1)", "<script>alert(1)</script>", "abc\u202edef", "line\nline"]
    values = [{"name": f"v{n}", "category": "identification", "value": text} for n, text in enumerate(texts)]
    post(PATH, collection(values=values))
    page = signed_in(alice).get("/my-data/tables/intake.CollectedValue/").content.decode()
    assert "<script>alert" not in page and "\u202e" not in page and "&lt;script&gt;" in page


def test_an_old_notice_may_be_shown_but_asks_for_no_consent(post: Post, demo_policy: PolicyVersion) -> None:
    version = load_policy(text=dated("2020-01-01"), actor=OPERATOR, now=clock.now()).version
    publish_policy(version=version, actor=OPERATOR, now=clock.now())
    post(PATH, collection())
    old = collection(consents=[{"purpose": "newsletter", "answer": True}])
    assert post(PATH, old, status=400)["field"] == "notice.version"


@pytest.mark.django_db(transaction=True)
def test_the_same_report_twice_at_once_is_one(demo_policy: PolicyVersion, alice: User) -> None:
    given = Given(
        kind="email",
        identifier="new@example.com",
        touchpoint="trial",
        site="main",
        form="try",
        notice_on=demo_policy.effective_on,
        language="en",
        purpose="account_service",
        values=[Value("company", "business", "Acme")],
    )
    found: list[Any] = []
    start = threading.Barrier(4)

    def run() -> None:
        try:
            start.wait(5)
            done = collect(given=given, key_id=alice.pk, idem_key="x", body_mac="m", actor=OPERATOR, now=clock.now())
            found.append(done.collection.pk)
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 4 and len(set(found)) == 1, found
    assert Collection.objects.count() == CollectedValue.objects.count() == 1


def test_an_erasure_takes_all_of_it_and_leaves_the_ledger(post: Post, alice: User) -> None:
    found = {"name": "title", "category": "identification", "value": "Boss", "source": "linkedin"}
    post(PATH, collection(values=[found]))
    post("/api/v1/testimonials", {"subject": {"email": alice.email}, "site": "main", "name": "A", "text": "Good."})
    person = Person((alice.subject_id,))
    now = clock.now()
    tables = [table for each in in_erasure_order() for table in each.plan(person, Action.ERASE, now=now).tables]
    own = [table for table in tables if table.table.startswith(("intake.", "consent.Scoped"))]
    with transaction.atomic():
        for number, table in enumerate(own):
            handlers.get(table.table).apply_chunk(Chunk(table, table.keys, str(number), 1))
    assert not any(model.objects.exists() for model in (Collection, CollectedValue, TellTask, Testimonial, ScopedGrant))
    assert ScopedEvent.objects.exists()
