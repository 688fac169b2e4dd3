"""Legal keeps the files of recipients in the console, and sees what went where and what was refused."""

import pytest

from accounts.models import User
from privacy.intake.tests.conftest import Post
from privacy.intake.tests.conftest import post as post  # noqa: PLC0414 - the fixture
from privacy.registers.models import RecipientFile
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
LIST = "/console/registers/recipientfile/"
ACME = {
    "code": "acme",
    "label": "Acme Ltd",
    "policy_code": "marketing_partners",
    "country": "Ireland",
    "uses": "Writes to you about its own products.",
    "categories": ["identification"],
    "contract": "",
    "policy_url": "https://acme.example/privacy",
    "review_on": "2999-01-01",
}


def test_a_file_is_written_changed_and_ended(post: Post, alice: User, omar: User) -> None:
    rita = make_user("rita@kept.example", "manage_recipients", "work_subject_request", is_staff=True)
    client = signed_in(rita)
    assert "Referral partners" in client.get(LIST).content.decode()  # in the policy, without a file
    refused = client.post(f"{LIST}new/", {**ACME, "policy_url": ""}).content.decode()
    assert "own policy" in refused and not RecipientFile.objects.exists()
    assert client.post(f"{LIST}new/", ACME).status_code == 302
    row = RecipientFile.objects.get()
    assert "no contract" in client.get(LIST).content.decode()
    page = f"{LIST}{row.pk}/change/"
    assert 'value="Acme Ltd"' in client.get(page).content.decode()
    bound = {**ACME, "contract": "Agreement 7", "contract_on": "2020-01-01", "version": "1"}
    assert client.post(page, bound).status_code == 302
    assert "in order" in client.get(LIST).content.decode()
    assert "changed this file a moment ago" in client.post(page, bound).content.decode()
    body = {
        "subject": {"email": "alice@example.com"},
        "recipient": "acme",
        "purpose": "third_party_sharing",
        "categories": ["identification"],
    }
    post("/api/v1/disclosures", body, status=403)
    listed = client.get("/console/registers/refuseddisclosure/").content.decode()
    assert "not_given" in listed and "acme" in listed
    assert client.get("/console/registers/disclosure/").status_code == 200
    assert "Recipients to look at" in client.get("/console/").content.decode()
    client.post(page, {"act": "end"})
    row.refresh_from_db()
    assert row.ended_at and "Nothing goes there" in client.get(page).content.decode()
    for path in (LIST, page, f"{LIST}new/"):
        assert signed_in(omar).get(path).status_code == 403
