"""Every page for people asks for a translation of every word it says: in a language whose messages come back in
brackets, nothing stands outside of them but data."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import trans_real

from accounts.models import User
from consent.links import make_preferences_token, make_unsubscribe_token
from dsr.models import SubjectRequest
from dsr.regions import REGIONS
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.countries import country_names
from privacy.kernel.languages import NAMES
from privacy.policy.models import PolicyVersion
from privacy.testing.cast import signed_in
from privacy.testing.untranslated import Bracketed, forgotten

pytestmark = pytest.mark.django_db
NAMES_OF_THINGS = "Kept UTC ZIP JSON CSV SHA DNT GPC SMS Alice alice@example.com https www edpb europa about members"
OPEN_PAGES = (
    "/",
    "/policy/",
    "/policy/2018-05-15/",
    "/preferences/",
    "/preferences/sent/",
    "/preferences/signals/",
    "/preferences/by/no-such-link/",
    "/preferences/permissions/by/no-such-link/",
    "/preferences/confirm/no-such-link/",
    "/unsubscribe/no-such-link/",
    "/requests/",
    "/requests/new/",
    "/requests/sent/",
    "/requests/resend/",
    "/requests/code/",
    "/requests/confirm/no-such-link/",
    "/requests/status/no-such-link/",
    "/age/",
    "/testimonials/",
    "/customers/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-no-such-link/",
    "/accounts/password/reset/key/done/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/no-such-link/",
    "/accounts/inactive/",
    "/no-such-page/",
)
OWN_PAGES = (
    "/preferences/",
    "/preferences/permissions/",
    "/my-data/",
    "/my-data/correct/",
    "/my-data/payments/",
    "/my-data/download/",
    "/my-data/delete/",
    "/requests/",
    "/requests/new/",
    "/logins/",
    "/accounts/name/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
)
FORMS = (
    ("/requests/new/", {"email": "no address"}),
    ("/age/", {"day": "x"}),
    ("/preferences/link/", {"email": "no address"}),
    ("/requests/resend/", {"email": "no address"}),
    ("/requests/code/", {"code": "x"}),
    ("/accounts/login/", {"login": "nobody@example.com", "password": "wrong"}),
    ("/accounts/signup/", {"email": "no address"}),
    ("/accounts/password/reset/", {"email": "no address"}),
)
OWN_FORMS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/my-data/correct/", {}),
    ("/my-data/download/", {}),
    ("/accounts/name/", {"name": "x" * 400}),
    ("/accounts/email/", {"action_add": "", "email": "no address"}),
    ("/accounts/password/change/", {"oldpassword": "wrong", "password1": "a", "password2": "b"}),
    ("/requests/new/", {}),
)


@pytest.fixture
def brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    known = vars(trans_real)["_translations"]
    monkeypatch.setitem(known, "de", Bracketed(trans_real.translation("de")))


@pytest.fixture
def data(demo_policy: Any) -> list[str]:
    texts = [json.dumps(json.loads(row.document), ensure_ascii=False) for row in PolicyVersion.objects.all()]
    provinces = [region.name for region in REGIONS.values() if region.code[:2] in {"US", "CA", "AU"}]
    return [*texts, *provinces, *NAMES.values(), *country_names("de").values(), NAMES_OF_THINGS]


def said(client: Client, path: str, data: list[str], form: dict[str, str] | None = None) -> list[str]:
    ask = client.get if form is None else client.post
    answer = ask(path, form, headers={"Accept-Language": "de"}, follow=True)
    page = answer.content.decode()
    assert '<html lang="de">' in page, f"{path} does not speak"
    return [f"{path}: {text}" for text in forgotten(page, language="de", data=data)]


def test_open_pages_leave_no_word_out(brackets: None, data: list[str]) -> None:
    found = [text for path in OPEN_PAGES for text in said(Client(), path, data)]
    found += [text for path, form in FORMS for text in said(Client(), path, data, dict(form))]
    assert found == [], "\n".join(dict.fromkeys(found))


def test_pages_of_an_account_leave_no_word_out(alice: User, brackets: None, data: list[str]) -> None:
    client = signed_in(alice)
    found = [text for path in OWN_PAGES for text in said(client, path, data)]
    found += [text for path, form in OWN_FORMS for text in said(client, path, data, dict(form))]
    assert found == [], "\n".join(dict.fromkeys(found))


def test_mailed_links_leave_no_word_out(alice: User, brackets: None, data: list[str]) -> None:
    links = (
        f"/preferences/by/{make_preferences_token('alice@example.com', clock.now())}/",
        f"/preferences/by/{make_preferences_token('alice@example.com', clock.now())}/signals/",
        f"/unsubscribe/{make_unsubscribe_token(alice.subject_id, 'newsletter')}",
    )
    assert [text for path in links for text in said(Client(), path, data)] == []


def test_a_request_leaves_no_word_out(alice: User, brackets: None, data: list[str]) -> None:
    client = signed_in(alice)
    filed = client.post("/requests/new/", {"rights": "access", "message": ""}, headers={"Accept-Language": "de"})
    found = said(client, filed["Location"], [*data, *SubjectRequest.objects.values_list("reference", flat=True)])
    run_until_empty()
    assert SubjectRequest.objects.count() == 1
    references = list(SubjectRequest.objects.values_list("reference", flat=True))
    found += said(client, "/requests/", [*data, *references])
    assert found == [], "\n".join(dict.fromkeys(found))


def test_what_is_not_asked_for_is_found() -> None:
    page = '<html lang="de"><p>⟦Asked for⟧ Alice</p><p>Forgotten</p><p lang="en">English</p><img alt="Left out"></html>'
    assert list(forgotten(page, language="de", data=["Alice"])) == ["Forgotten", "Left out"]
