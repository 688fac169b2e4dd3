"""Somebody outside the house is asked in their own language: no word of the page or of a refusal is left out."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.translation import trans_real

from accounts.models import User
from dsr.models import SubjectRequest
from privacy.connectors.desks.tests.conftest import Connect, asked
from privacy.jobs.models import CapturedMail
from privacy.jobs.worker import run_until_empty
from privacy.kernel.languages import NAMES
from privacy.testing.untranslated import Bracketed, forgotten

pytestmark = pytest.mark.django_db
DATA = "Kept UTC CSV JSON PDF MB Paper archive letters contracts Shelf then the cellar alice@example.com short"
PROOF = "Shelf 12, folder 7: the list of what is there."


def test_no_word_is_left_out(
    connect: Connect, due_case: Callable[..., SubjectRequest], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect("vendor@outside.example", "")
    case = due_case("erasure")
    asked("find")
    run_until_empty()
    path = next(re.finditer(r"/desks/\S+", CapturedMail.objects.get().text))[0]
    known = vars(trans_real)["_translations"]
    monkeypatch.setitem(known, "de", Bracketed(trans_real.translation("de")))
    client, told = Client(), {"Accept-Language": "de"}
    pages = [
        client.get(path, headers=told),
        client.post(path, {"act": "open"}, headers=told),
        client.post(path, {"act": "answer", "evidence": "short"}, headers=told),
        client.post(path, {"act": "answer", "evidence": PROOF, "found_0": 1, "kept_0": 2}, headers=told),
        client.post(path, {"act": "answer", "evidence": PROOF, "found_0": 1, "found_1": 0}, headers=told),
        client.get(path, headers=told),
    ]
    assert [page.status_code for page in pages] == [200, 200, 400, 400, 200, 410]
    data = [DATA, PROOF, case.reference, *NAMES.values()]
    found = [text for page in pages for text in forgotten(page.content.decode(), language="de", data=data)]
    assert found == [], "\n".join(dict.fromkeys(found))


@pytest.mark.parametrize(("code", "title"), [("fr", "Une question pour vous"), ("pt", "Uma pergunta para você")])
def test_the_page_is_in_the_readers_language(
    connect: Connect, due_case: Callable[..., SubjectRequest], alice: User, code: str, title: str
) -> None:
    connect("vendor@outside.example", "")
    due_case("erasure")
    asked("find")
    run_until_empty()
    path = next(re.finditer(r"/desks/\S+", CapturedMail.objects.get().text))[0]
    page = Client().get(path, headers={"Accept-Language": code}).content.decode()
    assert f'<html lang="{code}">' in page and title in page
