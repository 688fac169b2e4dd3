"""Data goes to others only by name: recipient, purpose and data exactly as the person agreed, each time a row."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from consent.scoped.links import make_permission_token
from consent.services import How, decline_all, set_preference
from consent.vocabulary import Door
from privacy.intake.tests.conftest import Post
from privacy.intake.tests.conftest import post as post  # noqa: PLC0414 - the fixture
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, Actor
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.personal_data.contract import Person, handlers
from privacy.personal_data.models import Restriction
from privacy.policy.models import PolicyVersion
from privacy.registers.models import Disclosure, RecipientFile, RefusedDisclosure
from privacy.registers.services.disclosing import Wish, disclose
from privacy.registers.services.recipients import end_recipient, keep_recipient
from privacy.testing.cast import signed_in

PATH = "/api/v1/disclosures"


def keep(code: str, **more: Any) -> RecipientFile:
    values: dict[str, Any] = {
        "policy_code": "marketing_partners",
        "label": f"{code.title()} Ltd",
        "country": "Ireland",
        "uses": "Writes to you about its own products.",
        "categories": ["identification"],
        "contract": "Agreement 7",
        "contract_on": dt.date(2020, 1, 1),
        "policy_url": f"https://{code}.example/privacy",
        "review_on": dt.date(2999, 1, 1),
    }
    return keep_recipient(code=code, values={**values, **more}, actor=OPERATOR, now=clock.now())


@pytest.fixture
def acme(demo_policy: PolicyVersion) -> RecipientFile:
    keep("globex")
    return keep("acme")


def wish(**more: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "subject": {"email": "alice@example.com"},
        "recipient": "acme",
        "purpose": "third_party_sharing",
        "categories": ["identification"],
    }
    return {**body, **more}


def press(user: User, choice: str, recipient: str = "acme", purpose: str = "third_party_sharing") -> str:
    token = make_permission_token(user.subject_id, purpose, f"recipient:{recipient}", clock.now())
    url = f"/preferences/permissions/by/{token}/"
    page = Client().get(url).content.decode()
    digest = page.partition('name="digest" value="')[2].partition('"')[0]
    assert Client().post(url, {"choice": choice, "digest": digest}).status_code == 302
    return page


def allow_all(user: User) -> None:
    """Yes to every switch on the preferences page: what general marketing consent is."""
    for purpose in ("newsletter", "product_news", "partner_offers", "third_party_sharing"):
        set_preference(
            subject_id=user.subject_id,
            purpose_code=purpose,
            allow=True,
            how=How(Door.SIGNED_IN),
            actor=Actor.subject(user.subject_id),
            now=clock.now(),
        )


def ask(post: Post, recipient: str = "acme") -> str:
    body = wish(recipient=recipient)
    del body["categories"]
    return str(post(f"{PATH}/ask", body, status=202)["state"])


@pytest.mark.django_db
@pytest.mark.promise(42)
def test_only_the_recipient_that_the_person_named(post: Post, acme: RecipientFile, alice: User) -> None:
    assert post(PATH, wish(), status=403)["code"] == "not_given"
    allow_all(alice)
    refused = post(PATH, wish(), status=403)
    assert (refused["field"], refused["code"]) == ("recipient", "not_given")  # general consent is not enough
    assert ask(post) == "requested"
    page = press(alice, "yes")
    assert "Acme Ltd" in page and "https://acme.example/privacy" in page and "Name and contact" in page
    assert ask(post) == "given"
    answer = post(PATH, wish())
    assert answer["basis"] == "consent" and answer["grant_id"]
    assert post(PATH, wish(recipient="globex"), status=403)["code"] == "not_given"
    assert post(PATH, wish(purpose="partner_referral"), status=403)["code"] == "recipient_not_in_purpose"
    assert post(PATH, wish(categories=["identification", "browsing"]), status=403)["code"] == "category_not_in_purpose"
    press(alice, "no")
    assert post(PATH, wish(), status=403)["code"] == "withdrawn"
    assert Disclosure.objects.count() == 1
    assert sum(RefusedDisclosure.objects.values_list("count", flat=True)) == 6


@pytest.mark.django_db
@pytest.mark.promise(42)
def test_another_use_or_country_needs_another_agreement(post: Post, acme: RecipientFile, alice: User) -> None:
    ask(post)
    press(alice, "yes")
    post(PATH, wish())
    keep_recipient(
        code="acme",
        values={
            **{name: getattr(acme, name) for name in ("policy_code", "label", "uses", "categories", "policy_url")},
            **{name: getattr(acme, name) for name in ("contract", "contract_on", "review_on")},
            "country": "Elsewhere",
        },
        actor=OPERATOR,
        now=clock.now(),
        version=1,
    )
    assert post(PATH, wish(), status=403)["code"] == "text_changed"
    ask(post)
    press(alice, "yes")
    post(PATH, wish())
    decline_all(subject_id=alice.subject_id, how=How(Door.LINK), actor=Actor.subject(alice.subject_id), now=clock.now())
    assert not [code for code in (post(PATH, wish(), status=403)["code"],) if code == "given"]


@pytest.mark.django_db
@pytest.mark.promise(40)
def test_each_share_is_one_row_that_the_person_sees(post: Post, acme: RecipientFile, alice: User) -> None:
    keep("insight", policy_code="affiliates", categories=["identification"], policy_url="")
    body = wish(recipient="insight", purpose="affiliate_enrichment")
    post(f"{PATH}/ask", {name: value for name, value in body.items() if name != "categories"}, status=202)
    press(alice, "yes", "insight", "affiliate_enrichment")
    first = post(PATH, body, idem="d1")
    assert post(PATH, body, idem="d1", status=200) == first
    assert post(PATH, wish(), idem="d1", status=409)["code"] == "idempotency_key_reused"
    [record] = handlers.get("registers.Disclosure").export(Person((alice.subject_id,)))
    assert {name: record.row[name] for name in ("recipient", "purpose", "categories", "basis")} == {
        "recipient": "insight",
        "purpose": "affiliate_enrichment",
        "categories": "identification",
        "basis": "consent",
    }
    page = signed_in(alice).get("/my-data/tables/registers.Disclosure/").content.decode()
    assert "insight" in page and "Industry and role from affiliates" in page


@pytest.mark.django_db
@pytest.mark.promise(41)
@pytest.mark.parametrize(
    ("file", "code"),
    [
        ({"contract_until": dt.date(2024, 1, 1)}, "contract_lapsed"),
        ({"contract": "", "contract_on": None}, "no_contract"),
    ],
)
def test_nothing_goes_to_whom_no_contract_binds(
    post: Post, demo_policy: PolicyVersion, alice: User, file: dict[str, Any], code: str
) -> None:
    keep("acme", **file)
    ask(post)
    press(alice, "yes")
    assert post(PATH, wish(), status=403)["code"] == code
    assert not Disclosure.objects.exists()


@pytest.mark.django_db
@pytest.mark.promise(47)
def test_a_partner_needs_a_policy_of_its_own(post: Post, acme: RecipientFile, alice: User) -> None:
    with pytest.raises(InvalidInput) as caught:
        keep("initech", policy_url="")
    assert caught.value.field == "policy_url"
    ask(post)
    press(alice, "yes")
    RecipientFile.objects.update(policy_url="")
    assert post(PATH, wish(), status=403)["code"] == "no_policy_url"


@pytest.mark.django_db
def test_other_bases_need_no_grant_and_objections_count(post: Post, acme: RecipientFile, alice: User) -> None:
    keep("stripe", policy_code="stripe", categories=["identification", "billing"], policy_url="")
    answer = post(PATH, wish(recipient="stripe", purpose="payment", categories=["billing", "identification"]))
    assert answer["basis"] == "contract" and answer["grant_id"] is None
    keep("cloud", policy_code="hosting", categories=["usage"], policy_url="")
    claims = wish(recipient="cloud", purpose="usage_analytics", categories=["usage"])
    post(PATH, claims)
    set_preference(
        subject_id=alice.subject_id,
        purpose_code="usage_analytics",
        allow=False,
        how=How(Door.SIGNED_IN),
        actor=Actor.subject(alice.subject_id),
        now=clock.now(),
    )
    assert post(PATH, claims, status=403)["code"] == "objected"


@pytest.mark.django_db
def test_unknown_restricted_ended_and_hostile(post: Post, acme: RecipientFile, alice: User) -> None:
    ask(post)
    press(alice, "yes")
    for change, field, code in (
        ({"recipient": "alice-smith"}, "recipient", "unknown_recipient"),
        ({"purpose": "anything"}, "purpose", "unknown_purpose"),
        ({"subject": {"email": "nobody@example.com"}}, "subject", "unknown_person"),
    ):
        answer = post(PATH, wish(**change), status=403)
        assert (answer["field"], answer["code"]) == (field, code)
    assert "alice-smith" not in RefusedDisclosure.objects.values_list("recipient", flat=True)
    for bad, field in (
        ({"categories": []}, "categories"),
        ({"categories": "identification"}, "categories"),
        ({"categories": ["=1+1"]}, "categories[0]"),
        ({"categories": [{"a": 1}]}, "categories[0]"),
        ({"recipient": "ac\x00me"}, "recipient"),
        ({"data": "alice"}, "data"),
    ):
        assert post(PATH, wish(**bad), status=400)["field"] == field
    assert post(PATH, wish(), idem="", status=400)["field"] == "Idempotency-Key"
    assert post(PATH, "[1]", status=400)["field"] == "body"
    assert Client().get(PATH).status_code == 401
    Restriction.objects.create(subject=alice.subject, ground="contested")
    assert post(PATH, wish(), status=403)["code"] == "restricted"
    Restriction.objects.all().delete()
    end_recipient(row=acme, actor=OPERATOR, now=clock.now())
    assert post(PATH, wish(), status=403)["code"] == "unknown_recipient"
    assert ask_status(post) == 404


def ask_status(post: Post) -> int:
    body = wish()
    del body["categories"]
    post(f"{PATH}/ask", body, status=404)
    return 404


@pytest.mark.django_db
def test_a_file_changes_only_where_it_stands(acme: RecipientFile) -> None:
    with pytest.raises(StaleState):
        keep("acme")
    for change, field in (
        ({"policy_code": "nobody"}, "policy_code"),
        ({"categories": ["billing"]}, "categories"),
        ({"categories": []}, "categories"),
        ({"policy_url": "javascript:alert(1)"}, "policy_url"),
        ({"contract_until": dt.date(2019, 1, 1)}, "contract_until"),
    ):
        with pytest.raises(InvalidInput) as caught:
            keep("other", **change)
        assert caught.value.field == field
    end_recipient(row=acme, actor=OPERATOR, now=clock.now())
    with pytest.raises(StaleState):
        end_recipient(row=acme, actor=OPERATOR, now=clock.now())


@pytest.mark.django_db(transaction=True)
def test_the_same_report_twice_at_once_is_one_row(demo_policy: PolicyVersion, alice: User) -> None:
    keep("stripe", policy_code="stripe", categories=["billing"], policy_url="")
    actor = Actor.staff(alice.pk)
    same = Wish("email", "alice@example.com", "stripe", "payment", ("billing",))
    found: list[Any] = []
    start = threading.Barrier(4)

    def run() -> None:
        try:
            start.wait(5)
            found.append(disclose(wish=same, idem_key="x", body_mac="m", actor=actor, now=clock.now())[0].pk)
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
    assert Disclosure.objects.count() == 1
