"""An add-on that somebody buys: its publisher learns who, once, and the person reads it in the answer."""

from typing import Any

import pytest

from accounts.api_keys import make_api_key
from accounts.models import User
from accounts.selectors import person_of
from privacy.intake.tests.conftest import Post
from privacy.intake.tests.conftest import post as post  # noqa: PLC0414 - the fixture
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.personal_data.contract import handlers
from privacy.policy.models import PolicyVersion
from privacy.registers.models import Disclosure, RecipientFile
from privacy.registers.tests.test_disclosures import keep

pytestmark = [pytest.mark.django_db, pytest.mark.promise(14)]
PATH = "/api/v1/addon-purchases"


@pytest.fixture
def publisher(demo_policy: PolicyVersion) -> RecipientFile:
    keep("acme")  # a marketing partner, which publishes nothing
    return keep("plugsmith", policy_code="publishers", categories=["identification", "business"])


@pytest.fixture
def key(db: None) -> str:
    return make_api_key(label="marketplace", scopes="sales", actor=OPERATOR, now=clock.now())


def body(**more: Any) -> dict[str, Any]:
    return {"subject": {"email": "alice@example.com"}, "publisher": "plugsmith", **more}


def test_a_purchase_is_one_row_that_the_person_reads(
    post: Post, key: str, publisher: RecipientFile, alice: User
) -> None:
    first = post(PATH, body(), key=key, idem="order-7")
    assert post(PATH, body(), key=key, idem="order-7", status=200) == first
    assert (first["recipient"], first["purpose"], first["basis"]) == ("plugsmith", "marketplace", "contract")
    assert sorted(first["categories"]) == ["business", "identification"]
    row = Disclosure.objects.get()
    assert row.subject_id == alice.subject_id
    [record] = handlers.get("registers.Disclosure").export(person_of(alice.subject_id))
    assert record.row["recipient"] == "plugsmith"


def test_nothing_goes_to_somebody_who_publishes_nothing_or_is_not_bound(
    post: Post, key: str, publisher: RecipientFile, alice: User
) -> None:
    for code in ("acme", "nobody"):
        assert post(PATH, body(publisher=code), key=key, status=403)["code"] == "unknown_publisher"
    RecipientFile.objects.filter(code="plugsmith").update(policy_url="")
    assert post(PATH, body(), key=key, status=403)["code"] == "no_policy_url"
    assert not Disclosure.objects.exists()


def test_bad_input_and_other_keys_are_refused(post: Post, key: str, publisher: RecipientFile, alice: User) -> None:
    post(PATH, body(), key=key, idem="", status=400)
    post(PATH, body(more=1), key=key, status=400)
    post(PATH, body(publisher=None), key=key, status=400)
    post(PATH, body(subject={"email": "nobody@example.com"}), key=key, status=403)
    post(PATH, body(), status=401)  # a key that may disclose, and sell nothing
    post(PATH, body(), key=key, idem="order-8")
    post(PATH, body(publisher="acme"), key=key, idem="order-9", status=403)
    post(PATH, body(subject={"email": "bob@example.com"}), key=key, idem="order-8", status=409)
