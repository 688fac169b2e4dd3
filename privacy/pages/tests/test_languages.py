"""A page answers in the language of its reader: chosen or asked for by the browser, with no language in the address."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from consent.links import make_preferences_token, make_unsubscribe_token
from consent.models import ConsentEvent
from consent.tests.conftest import choose
from privacy.jobs.models import CapturedMail
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.languages import LANGUAGES
from privacy.policy.selectors import notice_for
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
CODES = [code for code, _ in LANGUAGES]
TITLES = {
    "en": "Your preferences",
    "de": "Ihre Einstellungen",
    "fr": "Vos préférences",
    "es": "Sus preferencias",
    "pt": "As suas preferências",
    "hi": "आपकी प्राथमिकताएँ",
}
MONTHS = {"en": "3 December", "de": "3. Dezember", "fr": "3 décembre", "es": "3 de diciembre", "pt": "3 de [Dd]ezembro"}


def asked(path: str, accept: str, client: Client | None = None) -> str:
    answer = (client or Client()).get(path, headers={"Accept-Language": accept})
    assert "Accept-Language" in answer.headers["Vary"]
    return answer.content.decode()


def lang_of(page: str) -> str:
    found = re.search(r'<html lang="([^"]+)">', page)
    return found.group(1) if found else ""


@pytest.mark.parametrize("code", CODES)
def test_the_browsers_language_is_spoken(alice: User, demo_policy: Any, code: str) -> None:
    page = asked("/preferences/", f"{code}-XX, en;q=0.5", signed_in(alice))
    assert lang_of(page) == code
    assert TITLES[code] in page and notice_for("newsletter", code).text.split("?")[0] in page
    if code != "en":
        assert "May we" not in page and "Decline" not in page


@pytest.mark.parametrize("code", CODES)
def test_a_chosen_language_wins_and_is_kept_by_the_server(alice: User, demo_policy: Any, code: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post("/language/", {"language": code, "next": "/preferences/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/preferences/")
    cookie = answer.cookies["language"]
    assert cookie.value == code and cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["max-age"]
    assert lang_of(asked("/preferences/", "fr", client)) == code


def test_nobody_is_led_elsewhere_and_no_other_language_is_kept() -> None:
    client = Client()
    away = client.post("/language/", {"language": "de", "next": "https://evil.example/"})
    assert away.headers["Location"] == "/"
    unknown = client.post("/language/", {"language": "xx", "next": "/preferences/"})
    assert "language" not in unknown.cookies
    assert client.get("/language/").status_code == 405


@pytest.mark.parametrize("accept", ["xx", "", "de;q=abc", "a" * 600, "*", "en-us"])
def test_what_we_do_not_speak_is_answered_in_english(accept: str) -> None:
    assert lang_of(asked("/preferences/", accept)) == "en"


def test_the_text_that_was_shown_is_the_one_on_record(alice: User, demo_policy: Any) -> None:
    client = signed_in(alice)
    client.post("/preferences/", {"purpose": "newsletter", "choice": "yes"}, headers={"Accept-Language": "hi"})
    event = ConsentEvent.objects.get()
    assert (event.notice_language, event.notice_digest) == ("hi", notice_for("newsletter", "hi").digest)
    client.post("/preferences/", {"purpose": "newsletter", "choice": "no"}, headers={"Accept-Language": "it, pt"})
    assert ConsentEvent.objects.latest("at").notice_language == "pt"
    page = asked("/preferences/", "de", client)
    assert "auf हिन्दी" in page and "auf Português" in page


def test_what_is_not_translated_is_marked(alice: User, demo_policy: Any) -> None:
    page = asked("/preferences/", "fr", signed_in(alice))
    assert '<span lang="en">Stripe</span>' in page and 'lang="fr"' not in page.partition("</header>")[2]


@pytest.mark.parametrize("code", MONTHS)
def test_dates_are_written_as_the_language_does_and_times_name_their_zone(
    alice: User, demo_policy: Any, code: str
) -> None:
    at = clock.now().replace(year=2025, month=12, day=3, hour=9, minute=5)
    choose(alice, "newsletter", allow=True, now=at)
    page = asked("/preferences/", code, signed_in(alice))
    assert re.search(rf'<time datetime="2025-12-03T[^"]+">{MONTHS[code]}(?: de)? 2025, 09:05 UTC</time>', page)


def test_unsubscribing_speaks_too_and_sets_no_cookie(alice: User, demo_policy: Any) -> None:
    path = f"/unsubscribe/{make_unsubscribe_token(alice.subject_id, 'newsletter')}"
    page = asked(path, "es")
    assert "¿Terminar «Boletín»?" in page and lang_of(page) == "es"
    for accept in ("es", "xx"):
        answer = Client().post(path, {"List-Unsubscribe": "One-Click"}, headers={"Accept-Language": accept})
        assert answer.status_code == 200 and not answer.cookies
    assert not Client().get(path, headers={"Accept-Language": "de"}).cookies
    assert ConsentEvent.objects.latest("at").notice_language == "es"


@pytest.mark.django_db(transaction=True)
def test_the_mailed_link_is_in_the_language_of_the_page(demo_policy: Any) -> None:
    Client().post("/preferences/link/", {"email": "carol@example.com"}, headers={"Accept-Language": "de"})
    run_until_empty()
    mail = CapturedMail.objects.get()
    assert mail.subject == "Ihre Einstellungen bei Kept" and mail.text.startswith("Guten Tag")


def test_pages_in_english_only_stay_so_as_a_whole(demo_policy: Any, omar: User) -> None:
    for path in ("/desk/", "/desk/opt-out/"):
        page = signed_in(omar).get(path, headers={"Accept-Language": "de"}).content.decode()
        assert lang_of(page) == "en" and ">Preferences</a>" in page and 'action="/language/"' not in page


def test_an_error_page_speaks_to_its_reader(demo_policy: Any) -> None:
    for path in ("/no-such-page/", "/policy/1999-01-01/"):
        answer = Client().get(path, headers={"Accept-Language": "fr"})
        assert (answer.status_code, lang_of(answer.content.decode())) == (404, "fr")
        assert "Il n’y a rien ici" in answer.content.decode()
    refused = Client(enforce_csrf_checks=True).post("/preferences/link/", headers={"Accept-Language": "pt"})
    assert refused.status_code == 403 and "Envie de novo" in refused.content.decode()


def test_refusals_are_said_in_the_readers_language(alice: User, demo_policy: Any) -> None:
    client = signed_in(alice)
    for form in ({}, {"choice": "no", "purpose": "payment"}, {"choice": "no", "purpose": "x"}):
        said = client.post("/preferences/", form, follow=True, headers={"Accept-Language": "de"}).content.decode()
        assert re.search(r'class="notice danger">(Wählen|Das ist|Dieser)', said)
    bad = Client().post("/preferences/link/", {"email": "?"}, headers={"Accept-Language": "de"})
    assert "Geben Sie eine E-Mail-Adresse an" in bad.content.decode()


def test_no_language_outlives_its_request(demo_policy: Any) -> None:
    """The thread that answered in Hindi next answers a program, which never said a language."""
    asked("/preferences/", "hi")
    assert translation.get_language() == "en"


def test_confirming_by_a_code_speaks_as_well(demo_policy: Any) -> None:
    page = asked("/requests/code/", "de")
    assert "Geben Sie das Aktenzeichen und die sechs Ziffern" in page and lang_of(page) == "de"
    wrong = {"reference": "KX-AAAA-AAAA", "code": "000000"}
    said = Client().post("/requests/code/", wrong, headers={"Accept-Language": "fr"}).content.decode()
    assert "Ce code est faux" in said and lang_of(said) == "fr"


def test_public_praise_speaks_around_words_that_stay_as_they_were_permitted(demo_policy: Any) -> None:
    assert "Zurzeit wird hier niemand zitiert" in asked("/testimonials/", "de")
    page = asked("/customers/", "pt")
    assert "De momento ninguém é nomeado aqui" in page and lang_of(page) == "pt"


def test_an_old_link_speaks_as_well(demo_policy: Any) -> None:
    path = f"/preferences/by/{make_preferences_token('carol@example.com', clock.now())}/"
    assert "für c***@e***" in asked(path, "de")
    assert "Dieser Link geht nicht mehr" in asked("/preferences/by/x/", "de")
