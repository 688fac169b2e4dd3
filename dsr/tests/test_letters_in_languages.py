"""Letters, mails and pages speak the requester's language; a letter is printed with its address and accents."""

import datetime as dt
import re
from collections.abc import Callable

import pypdfium2
import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from dsr.letters.composing import compose
from dsr.letters.lint import check_letter
from dsr.letters.pdf import Printed, letter_pdf
from dsr.letters.reading import sections
from dsr.models import CaseLink, Letter, SubjectRequest
from dsr.services import deciding
from dsr.tests.conftest import Shop, approve_open
from dsr.tests.doors import file, filed_and_confirmed, links, mails
from dsr.tests.letter_facts import WORDS, facts
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.spoken_days import day_in_words
from privacy.testing.cast import signed_in

MakeCase = Callable[..., SubjectRequest]
SAID = {
    "de": ("Aktenzeichen KX-ABCDEFG", "- Meine Daten löschen", "Art. 77 GDPR", "2. März 2026"),
    "fr": ("Référence KX-ABCDEFG", "- Effacer mes données", "Art. 77 GDPR", "2 mars 2026"),
    "es": ("Referencia KX-ABCDEFG", "- Borrar mis datos", "Art. 77 GDPR", "2 de marzo de 2026"),
    "pt": ("Referência KX-ABCDEFG", "- Apagar os meus dados", "Art. 77 GDPR", "2 de março de 2026"),
}


@pytest.mark.parametrize("language", SAID)
def test_a_refusal_is_whole_in_each_language(language: str) -> None:
    letter = facts(language=language)
    text = compose(letter)
    assert [finding for finding in check_letter(letter, text) if finding.stops] == []
    for words in SAID[language]:
        assert words in text
    assert "You may" not in text and "Our decision" not in text


def test_a_letter_in_another_language_than_the_persons_does_not_leave() -> None:
    german = compose(facts(language="de"))
    assert [finding.code for finding in check_letter(facts(language="fr"), german) if finding.stops] == ["language"]


def test_a_language_without_letters_gets_english_and_the_preview_says_so() -> None:
    letter = facts(language="hi")
    text = compose(letter)
    assert "Our decision".upper() in text
    assert [(one.code, one.stops) for one in check_letter(letter, text)] == [("language", False)]


def test_days_are_written_out_in_each_language() -> None:
    day = dt.date(2026, 3, 1)
    found = {}
    for code in ("en", "de", "fr", "es", "pt"):
        with translation.override(code):
            found[code] = day_in_words(day)
    assert found["en"] == "1 March 2026" and found["de"] == "1. März 2026" and found["fr"] == "1er mars 2026"
    assert found["es"] == "1 de marzo de 2026" and found["pt"] == "1 de março de 2026"


def printed(text: str, **more: str) -> Printed:
    values = {"language": "en", "reference": "KX-1", "sender": "Kept Ltd · 1 Road", "address": "Alice\nHigh Street 1"}
    return Printed(text=text, written_on=dt.date(2026, 3, 2), **(values | more))


def read(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    return [page.get_textpage().get_text_range() for page in document]


def test_a_printed_letter_has_its_address_accents_and_page_numbers_and_is_the_same_twice() -> None:
    text = compose(facts(language="de", name="Zoë Łukasiewicz")) + "\n".join(f"Zeile {n}\n" for n in range(90))
    one = letter_pdf(printed(text, language="de", address="Zoë Łukasiewicz\nStraße 1\n10115 Berlin"))
    assert one == letter_pdf(printed(text, language="de", address="Zoë Łukasiewicz\nStraße 1\n10115 Berlin"))
    pages = read(one)
    assert len(pages) > 1 and "Łukasiewicz" in pages[0] and "10115 Berlin" in pages[0] and "2. März 2026" in pages[0]
    assert f"Seite 1 von {len(pages)}" in pages[0] and f"Seite 2 von {len(pages)}" in pages[1]


def test_hostile_names_and_words_are_text_in_a_pdf() -> None:
    bad = "Eve\r\n<b>&amp;\x00\u202e=HYPERLINK(1)<img src=x>"
    text = compose(facts(name=bad)) + "\n<para>not closed & <b>\n"
    (first, *_rest) = read(letter_pdf(printed(text, address=bad, sender=bad, reference="KX-1")))
    assert "<b>&amp; =HYPERLINK(1)<img src=x>" in first and "\u202e" not in first


def test_a_letter_is_read_as_headings_lists_and_lines() -> None:
    found = sections("Reference 1\n\nHello,\n\nOUR DECISION\n\nDELETE MY DATA\nWe do it.\n- a\n- b\n  more\n")
    assert [section.heading for section in found] == ["", "OUR DECISION", "DELETE MY DATA"]
    assert [(block.is_list, block.lines) for block in found[2].blocks] == [
        (False, ["We do it."]),
        (True, ["a", "b\nmore"]),
    ]


# --- Through the doors -----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "asked", "subject", "standing"),
    [
        ("de", "Was verlangen Sie?", "Bestätigen Sie Ihre Anfrage", "Wer jetzt handelt"),
        ("fr", "Que demandez-vous", "Confirmez votre demande", "Qui agit maintenant"),
        ("es", "¿Qué solicita?", "Confirme su solicitud", "Quién actúa ahora"),
        ("pt", "O que pede?", "Confirme o seu pedido", "Quem age agora"),
    ],
)
def test_the_whole_way_in_a_language(language: str, asked: str, subject: str, standing: str) -> None:
    client = Client(headers={"accept-language": language})
    page = client.get("/requests/new/").content.decode()
    assert asked in page and f'<html lang="{language}">' in page and "What do you ask for" not in page
    file(client)
    assert mails()[-1].subject.startswith(subject)
    path = client.post(links(mails()[-1], "confirm")[0]).headers["Location"]
    page = client.get(path).content.decode()
    assert standing in page and "Who acts now" not in page and "We " not in re.sub(r"<[^>]+>", " ", page)
    assert Letter.objects.get().language == language
    assert client.get("/requests/status/none/").status_code == 404


@pytest.mark.django_db
def test_letters_are_printed_from_the_page_of_the_person_and_of_the_case(
    make_case: MakeCase, shop: Shop, alice: User, bob: User, lena: User, omar: User
) -> None:
    case = make_case(contact={"name": "Alice", "postal": "High Street 1\n1000 Town"})
    deciding.refuse_subject_request(
        subject_request=case, ground="unfounded", reasons=WORDS, actor=Actor.staff(lena.pk), now=clock.now()
    )
    approve_open(case)
    letter = Letter.objects.get()
    path = f"/requests/{case.pk}/letters/{letter.pk}/"
    answer = signed_in(alice).get(path)
    assert answer.headers["Content-Type"] == "application/pdf" and "no-store" in answer.headers["Cache-Control"]
    assert "1000 Town" in read(answer.content)[0] and WORDS[:30] in " ".join(read(answer.content)).replace("\r\n", " ")
    assert signed_in(bob).get(path).status_code == 404
    assert signed_in(alice).get(f"/requests/{case.pk}/letters/{case.pk}/").status_code == 404
    console = f"/console/dsr/subjectrequest/{case.pk}/letters/{letter.pk}/"
    assert signed_in(lena).post(console).content == answer.content
    assert AuditEvent.objects.filter(type="dsr.letter_printed").count() == 1
    assert signed_in(lena).get(console).status_code == 405 and signed_in(omar).post(console).status_code == 403
    assert "PDF to print" in signed_in(lena).get(f"/console/dsr/subjectrequest/{case.pk}/change/").content.decode()


@pytest.mark.django_db
def test_an_old_link_prints_nothing(alice: User, lena: User, shop: Shop) -> None:
    case, path = filed_and_confirmed(Client(), "alice@example.com")
    deciding.refuse_subject_request(
        subject_request=case, ground="unfounded", reasons=WORDS, actor=Actor.staff(lena.pk), now=clock.now()
    )
    approve_open(case)
    url = f"{path}letters/{Letter.objects.get(kind='refusal').pk}/"
    assert Client().get(url).headers["Content-Type"] == "application/pdf"
    CaseLink.objects.update(created_at=clock.now() - dt.timedelta(minutes=11))
    assert Client().get(url).headers["Location"] == path
    assert "ten minutes" in Client().get(path).content.decode() and WORDS not in Client().get(path).content.decode()
