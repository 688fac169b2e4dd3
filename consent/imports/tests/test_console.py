"""Imports in the console: sealed as they come in, listed, approved with the list that was read; and webhooks."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from consent.imports.console_views import harmless
from consent.imports.files import folder
from consent.imports.models import ConsentImport
from consent.models import Preference
from consent.tests.conftest import choose
from privacy.audit.models import AuditEvent
from privacy.jobs.worker import run_until_empty
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
UPLOAD = "/console/imports/consentimport/upload/"


@pytest.fixture
def importer(db: None) -> User:
    return make_user("ina@kept.example", "run_imports", is_staff=True)


def upload(client: Client, text: str, **more: Any) -> Any:
    file = SimpleUploadedFile("people of alice.csv", text.encode(), "text/csv")
    return client.post(UPLOAD, {"mapping": "people", "file": file, **more})


def test_from_the_upload_to_the_applied_list(importer: User, alice: User) -> None:
    choose(alice, "newsletter", allow=True)
    client = signed_in(importer)
    assert client.get(UPLOAD).status_code == 200
    page = upload(client, "email,purpose,status\nalice@example.com,newsletter,no\nx@example.com,newsletter,yes\n")
    run_until_empty()
    shown = client.get(page["Location"]).content.decode()
    assert "Approve and apply this list" in shown and "withdrawn" in shown and "alice" not in shown
    [file] = folder().glob("*")
    assert b"alice" not in file.read_bytes()
    table = b"".join(client.get(f"{page['Location'].removesuffix('change/')}list.csv").streaming_content).decode()  # type: ignore[attr-defined]  # a streaming answer
    assert table.count("\r\n") == 3 and "alice" not in table
    assert AuditEvent.objects.filter(type="imports.shown", actor_id=importer.pk).count() == 1
    wrong = client.post(page["Location"], {"act": "approve", "digest": "0" * 64}, follow=True)
    assert b"not the list that waits" in wrong.content
    row = ConsentImport.objects.get()
    client.post(page["Location"], {"act": "approve", "digest": row.digest})
    run_until_empty()
    assert Preference.objects.get(subject_id=alice.subject_id).status == "withdrawn"
    assert b"applied" in client.get(page["Location"]).content
    assert "alice" not in str(list(ConsentImport.objects.values()))  # not even the file's name is kept


def test_who_may_not_sends_nothing(mallory: User, lena: User, importer: User) -> None:
    for client, status in (
        (Client(), 302),
        (signed_in(mallory), 403),
        (signed_in(lena), 403),
        (signed_in(importer, second_factor=False), 302),
    ):
        assert upload(client, "email\nx\n").status_code == status
        assert not folder().exists() or list(folder().glob("*")) == []
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in(importer).cookies
    assert upload(strict, "email\nx\n").status_code == 403
    assert list(folder().glob("*")) == []


def test_too_large_a_file_and_an_unknown_mapping_leave_nothing(importer: User, settings: Any) -> None:
    settings.KEPT_IMPORT_MAX_MB = 1
    client = signed_in(importer)
    assert b"up to 1 MB" in upload(client, "email\n" + "x" * 1_200_000).content
    assert b"not one of the available choices" in upload(client, "email\nx\n", mapping="none").content
    assert list(folder().glob("*")) == [] and not ConsentImport.objects.exists()


def test_a_mapping_of_ones_own(importer: User) -> None:
    client, page = signed_in(importer), "/console/imports/consentimport/mappings/"
    assert b"Portal Unsubscribe" in client.get(f"{page}?name=hubspot").content
    bad = client.post(page, {"name": "ours", "document": "label: Ours\nsays: []"})
    assert b"The mapping cannot be used" in bad.content
    text = client.get(f"{page}?name=people").context["form"].initial["document"]
    assert client.post(page, {"name": "ours", "document": text}).status_code == 302
    assert b'value="ours"' in client.get(UPLOAD).content


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_a_cell_is_never_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}" and harmless("a=1") == "a=1"
