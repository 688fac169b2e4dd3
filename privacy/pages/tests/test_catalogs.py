"""Every message of the translated pages is there in every language, whole, and compiled as it is written."""

import re

import pytest

from dsr.letters.words import LANGUAGES as OF_LETTERS
from dsr.spoken import spoken_in_letters, spoken_on_pages
from privacy.kernel.languages import LANGUAGES, MAIN
from privacy.pages.spoken import spoken_of_data, spoken_of_tables
from privacy.testing.catalogs import LOCALE, messages_in_code, read_mo, read_po

OTHERS = [code for code, _ in LANGUAGES if code != MAIN]
ENOUGH = 150  # a reader that finds nothing must fail
LETTERS = ("dsr/letters/", "dsr/mails.py", "dsr/identity/mails.py", "templates/dsr/mail/")  # what is only written
HELD = re.compile(r"%\(\w+\)s|</?\w+[^>]*>")  # what a translation must carry over


def test_every_language_has_its_file_and_no_other_has_one() -> None:
    assert sorted(path.name for path in LOCALE.iterdir()) == sorted(OTHERS)


def asked_in(language: str) -> set[str]:
    """What this language must say; one that no letter is written in needs the pages only."""
    if language in OF_LETTERS:
        return messages_in_code() | spoken_on_pages() | spoken_of_data() | spoken_of_tables() | spoken_in_letters()
    return messages_in_code(without=LETTERS) | spoken_on_pages() | spoken_of_data() | spoken_of_tables()


@pytest.mark.django_db
@pytest.mark.parametrize("language", OTHERS)
def test_no_message_is_missing_left_over_empty_or_fuzzy_in(language: str) -> None:
    written = read_po(LOCALE / language / "LC_MESSAGES" / "django.po")
    written.pop("")
    asked = asked_in(language)
    assert len(asked) > ENOUGH
    assert asked - set(written) == set(), f"{language}: translate these"
    every = messages_in_code() | spoken_on_pages() | spoken_in_letters() | spoken_of_data() | spoken_of_tables()
    left = set(written) - every  # a few may be written before the page that says them
    assert len(left) < len(every) / 50, f"nobody asks for these any more: {sorted(left)}"
    for source, message in written.items():
        assert not message.is_fuzzy, source
        assert sorted(message.forms) == ([0, 1] if message.plural else [0]), source
        for form in message.forms.values():
            assert form.strip(), source
            assert sorted(HELD.findall(form)) in (sorted(HELD.findall(source)), sorted(HELD.findall(message.plural)))


@pytest.mark.parametrize("language", OTHERS)
def test_the_compiled_file_belongs_to_the_written_one_in(language: str) -> None:
    """A fresh machine has no compiler: both are kept, and must agree."""
    folder = LOCALE / language / "LC_MESSAGES"
    written = {source: message.forms for source, message in read_po(folder / "django.po").items()}
    assert read_mo(folder / "django.mo") == written
