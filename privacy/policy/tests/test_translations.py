"""What a person reads in another language: whole in the demo policy, marked where missing, checked when loaded."""

import re

import pytest

from privacy.policy import texts
from privacy.policy.comparing import differences
from privacy.policy.loading import BadPolicyFile, parse_policy
from privacy.policy.models import PolicyVersion
from privacy.policy.rows import notice_digest
from privacy.policy.selectors import notice_for
from privacy.policy.tests.files import DEMO, edited
from privacy.policy.vocabulary import Switch

LANGUAGES = ("de", "fr", "es", "pt", "hi")
NAMES = {"stripe", "instamojo", "paypal"}  # the same in every language
BACK_OUT = {
    "en": r"withdraw|leave",
    "de": r"widerrufen|austreten",
    "fr": r"retirer|quitter",
    "es": r"retirar|dejar",
    "pt": r"retirar|sair",
    "hi": r"वापस|छोड़",
}
PLAIN = DEMO.partition("# What the preferences page says")[0] + DEMO[DEMO.index("# Where the source policy") :]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_demo_policy_is_whole_in(language: str) -> None:
    document = parse_policy(DEMO)
    (found,) = [each for each in document.translations if each.language == language]
    for section in ("purposes", "categories", "recipients"):
        ours, theirs = (getattr(one, section) for one in (document, found))
        assert {each.code for each in ours} - {each.code for each in theirs} <= NAMES, section
    ends = {each.code for each in document.purposes if each.consequence}
    assert {each.code for each in found.purposes if each.consequence} == ends
    noticed = {each.purpose for each in document.notices if each.language == language}
    assert noticed == {each.code for each in document.purposes}


@pytest.mark.parametrize("language", BACK_OUT)
def test_how_to_withdraw_stands_before_the_question_in(language: str) -> None:
    """Art. 7(3) GDPR: the person knows of it before consenting."""
    document = parse_policy(DEMO)
    asked = {each.code for each in document.purposes if each.switch is Switch.CONSENT}
    for notice in document.notices:
        if notice.purpose in asked and notice.language == language:
            first = re.split(r"(?<=[.\u0964;]) ", notice.text)[0]
            assert re.search(BACK_OUT[language], first), notice.text
            assert "?" not in first


def test_what_is_missing_is_shown_in_the_main_language_and_marked(demo_policy: PolicyVersion) -> None:
    german = texts.texts_of(demo_policy, "de")
    assert (german.purposes["support"].label.text, german.purposes["support"].label.language) == ("Hilfe", "de")
    assert (german.recipients["stripe"].text, german.recipients["stripe"].language) == ("Stripe", "en")
    italian = texts.texts_of(demo_policy, "it")
    assert {each.label.language for each in italian.purposes.values()} == {"en"}
    assert {each.notice.language for each in italian.purposes.values()} == {"en"}


def test_the_text_shown_is_the_text_whose_hash_is_recorded(demo_policy: PolicyVersion) -> None:
    for language in ("en", "hi", "it"):
        shown = texts.texts_of(demo_policy, language).purposes["newsletter"].notice
        row = notice_for("newsletter", language)
        assert (row.text, row.language) == (shown.text, shown.language)
        assert row.digest == notice_digest("newsletter", shown.language, shown.text)


@pytest.mark.parametrize(
    ("old", "new", "field", "says"),
    [
        ("- language: de", "- language: en", "translations.en", "main language"),
        ("- language: de", "- language: fr", "translations.fr", "twice"),
        ("code: newsletter, label: 'Newsletter'", "code: letter, label: 'Newsletter'", "letter", "no purpose “letter”"),
        ("{code: account, label: 'Konto'}", "{code: region, label: 'Konto'}", "categories.region", "already on line"),
        ("{code: account, label: 'Konto'}", "{code: account}", "categories.account.label", "is missing"),
    ],
)
def test_a_mistake_in_a_translation_is_named(old: str, new: str, field: str, says: str) -> None:
    with pytest.raises(BadPolicyFile) as caught:
        parse_policy(edited((old, new)))
    problem = caught.value.problems[0]
    assert field in problem.field and says in problem.message and problem.mend


def test_a_file_without_translations_keeps_its_digest() -> None:
    document = parse_policy(PLAIN)
    assert document.translations == () and '"translations"' not in document.to_json()
    assert '"translations"' in parse_policy(DEMO).to_json()


def test_a_changed_translation_is_a_difference() -> None:
    (found,) = differences(
        parse_policy(DEMO),
        parse_policy(edited(("{code: account, label: 'Konto'}", "{code: account, label: 'Zugang'}"))),
    )
    assert (found.section, found.details[0].before, found.details[0].after) == ("Translation: de", "Konto", "Zugang")
