"""Legal works with rules and holds in the console; everybody else stays outside."""

import datetime as dt

import pytest

from accounts.models import LoginEvent, User
from privacy.jobs.worker import run_until_empty
from privacy.policy.models import PolicyVersion
from privacy.retention.models import DisposalRun, HoldTarget, LegalHold, RuleSwitch
from privacy.retention.tests.conftest import CODE, make_old_logins
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
RULES = "/console/retention/disposalrun/rules/"
HOLDS = "/console/retention/legalhold/"


@pytest.fixture
def ines(demo_policy: PolicyVersion) -> User:
    return make_user("ines@kept.example", "switch_rules", "manage_holds", is_staff=True)


def test_a_rule_goes_from_dry_run_to_receipt_by_buttons(ines: User, alice: User) -> None:
    client = signed_in(ines)
    make_old_logins(alice, 4)
    assert "Switch on" not in client.get(RULES).content.decode()
    assert not DisposalRun.objects.exists()
    client.post(f"{RULES}{CODE}/enable/")
    assert not RuleSwitch.objects.exists()
    client.post(f"{RULES}{CODE}/dry-run/")
    page = client.get(RULES).content.decode()
    assert "4 rows due, 0 held" in page and "Switch on" in page
    client.post(f"{RULES}{CODE}/enable/")
    client.post(f"{RULES}{CODE}/start/")
    assert "Stop the run" in client.get(RULES).content.decode()
    run_until_empty()
    assert "4 rows gone" in client.get(RULES).content.decode()
    assert LoginEvent.objects.filter(subject=alice.subject).count() == 0
    assert client.get("/console/retention/disposalrun/").status_code == 200
    assert client.get(f"{RULES}{CODE}/disable/").status_code == 405
    client.post(f"{RULES}{CODE}/disable/")
    assert RuleSwitch.objects.get().disabled_by == ines.pk


def test_a_hold_is_placed_reviewed_and_released(ines: User, alice: User) -> None:
    client = signed_in(ines)
    fields = {"reason": "Matter 7", "ground": "legal_claims", "email": "Alice@example.com"}
    assert client.post(f"{HOLDS}place/", fields).status_code == 302
    hold = LegalHold.objects.get()
    assert HoldTarget.objects.get().subject_id == alice.subject_id and hold.opened_by == ines.pk
    assert "Matter 7" not in client.get(HOLDS).content.decode()
    assert "Matter 7" in client.get(f"{HOLDS}{hold.pk}/change/").content.decode()
    LegalHold.objects.update(review_on=dt.date(2020, 1, 1))
    assert "review is due" in client.get(HOLDS).content.decode()
    assert "Legal holds to review" in client.get("/console/").content.decode()
    client.post(f"{HOLDS}{hold.pk}/change/", {"act": "review"})
    assert "stands" in client.get(HOLDS).content.decode()
    client.post(f"{HOLDS}{hold.pk}/change/", {"act": "release"})
    hold.refresh_from_db()
    assert hold.released_by == ines.pk


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "nobody@example.com"}, "Nobody is known by this address"),
        ({}, "Name a person or a table"),
        ({"email": "alice@example.com", "reason": ""}, "This field is required"),
    ],
)
def test_the_form_says_what_is_missing(ines: User, alice: User, fields: dict[str, str], sentence: str) -> None:
    values = {"reason": "Matter", "ground": "legal_claims", **fields}
    assert sentence in signed_in(ines).post(f"{HOLDS}place/", values).content.decode()
    assert not LegalHold.objects.exists()


def test_nobody_without_the_right_and_a_fresh_proof_gets_in(demo_policy: PolicyVersion, lena: User, ines: User) -> None:
    hold = LegalHold.objects.create(reason="Matter 9", ground="legal_claims", review_on=dt.date(2030, 1, 1))
    pages = [RULES, HOLDS, f"{HOLDS}place/", f"{HOLDS}{hold.pk}/change/", "/console/retention/disposalrun/"]
    for page in pages:
        assert signed_in(lena).get(page).status_code == 403
        assert signed_in(ines, second_factor=False).get(page).status_code == 302
    assert signed_in(lena).post(f"{RULES}{CODE}/dry-run/").status_code == 403
    stale = signed_in(ines, proven_ago_s=3600)
    stale.post(f"{HOLDS}{hold.pk}/change/", {"act": "release"})
    hold.refresh_from_db()
    assert hold.released_at is None
