"""What the lint asks of a policy, the product's own surfaces keep: the words and buttons of the banner."""

import dataclasses

import pytest

from consent.banner.words import WORDS
from privacy.policy.asking_entries import ButtonEntry, SurfaceEntry
from privacy.policy.lint.surfaces import surface_findings
from privacy.policy.lint.texts import BANNED
from privacy.policy.lint.words import find, languages, place_of
from privacy.policy.loading import parse_policy
from privacy.policy.tests.files import DEMO


@pytest.mark.parametrize("language", WORDS)
def test_the_banner_speaks_without_tricks_and_names_withdrawal_first(language: str) -> None:
    """E-6, G-6."""
    assert language in languages()
    for name, text in WORDS[language].items():
        for rule in (*BANNED, "essential", "terms", "later"):
            assert not find(rule, text, language), (rule, name)
    ask = WORDS[language]["text"]
    withdrawal = place_of("withdrawal", ask, language)
    assert withdrawal is not None and withdrawal < ask.index("?")


def test_its_buttons_pass_as_a_surface_of_a_policy() -> None:
    """E-5, C-6: both of one kind, on the first layer, in every language."""
    buttons = [
        ButtonEntry(act=act, language=language, label=words[name])
        for language, words in WORDS.items()
        for act, name in (("accept_all", "accept"), ("decline_all", "reject"), ("choose", "choose"))
    ]
    surface = SurfaceEntry(code="banner", label="Banner", layers=2, buttons=tuple(buttons))
    document = parse_policy(DEMO)
    assert list(surface_findings(document)) == []
    assert list(surface_findings(dataclasses.replace(document, surfaces=(surface,)))) == []
