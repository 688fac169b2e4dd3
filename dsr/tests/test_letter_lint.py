"""No letter leaves without the parts that its law and outcome demand: each part, taken out, is named."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from dsr.letters.composing import KINDS, compose
from dsr.letters.facts import Decided, LetterFacts, SystemSaid
from dsr.letters.lint import Unsendable, check_letter, mandatory, require_whole
from dsr.letters.words import LANGUAGES, own_words
from dsr.tests.letter_facts import DAY, WORDS, any_facts, facts, reason
from privacy.kernel.deadlines.profiles import PROFILES
from privacy.policy.board import switched_off

pytestmark = pytest.mark.promise(72)


def stopping(of: LetterFacts, text: str) -> set[str]:
    return {finding.code for finding in check_letter(of, text) if finding.stops}


def without(text: str, part: str) -> str:
    """The letter with every place of these words blanked, as if a template had lost them."""
    pattern = r"\s+".join(re.escape(word) for word in part.split())
    return re.sub(pattern, "", text)


@settings(max_examples=120, deadline=None)
@given(any_facts())
def test_a_composed_letter_is_whole_and_any_part_taken_out_is_named(letter: LetterFacts) -> None:
    text = compose(letter)
    assert stopping(letter, text) == set()
    for part in mandatory(letter):
        for words in part.texts:
            assert {part.code, "language"} & stopping(letter, without(text, words)), (part.code, words)


def test_every_law_has_its_way_to_complain_with_a_name_and_an_address() -> None:
    for regime in PROFILES:
        letter = facts(regime=regime, region="")
        text = compose(letter)
        assert stopping(letter, text) == set(), regime
        assert "https://" in text.partition("IF YOU DISAGREE")[2], regime


def test_a_state_with_an_appeal_names_its_days_and_the_attorney_general() -> None:
    virginia, oregon, utah = (compose(facts(regime=code, region=code)) for code in ("US-VA", "US-OR", "US-UT"))
    assert "within 60 days" in virginia and "Attorney General of Virginia" in virginia
    assert "within 45 days" in oregon and "APPEAL" in oregon
    assert "APPEAL" not in utah and "Attorney General of Utah" in utah
    assert "up to 60 days more" in compose(facts(regime="US-CO", region="US-CO"))
    granted = facts(regime="US-VA", decided=(Decided("erasure", "fulfilled"),))
    assert "APPEAL" not in compose(granted)


def test_laws_cite_their_own_articles() -> None:
    for regime, words in (
        ("EU-GDPR", "Art. 77 GDPR"),
        ("UK-GDPR", "s.164A"),
        ("CH-FADP", "Art. 49 FADP"),
        ("CA-QC-LAW25", "within 30 days of this letter"),
        ("CA-PIPEDA", "Office of the Privacy Commissioner of Canada"),
        ("US-CA-CCPA", "Attorney General of California"),
        ("IN-DPDP", "Data Protection Board of India"),
    ):
        assert words in compose(facts(regime=regime, region="")), regime
    assert "court" not in compose(facts(regime="AU-APP", region=""))


def test_the_right_cited_is_the_right_asked() -> None:
    other = facts(decided=(Decided("access", "refused", reason("unfounded"), WORDS),))
    assert "right" in stopping(other, compose(other))
    half = facts(rights=("access", "erasure"))
    assert "right" in stopping(half, compose(half))


def test_a_refusal_without_ground_or_words_does_not_leave() -> None:
    for decided in (
        Decided("erasure", "refused", None, WORDS),
        Decided("erasure", "refused", reason("unfounded"), ""),
        Decided("erasure", "refused", replace(reason("unfounded"), article=""), WORDS),
    ):
        letter = facts(decided=(decided,))
        with pytest.raises(Unsendable, match="the reason for: erasure") as stopped:
            require_whole(letter, compose(letter))
        assert stopped.value.code == "reason"


def test_s72_off_lets_a_letter_without_reason_leave() -> None:
    letter = facts(decided=(Decided("erasure", "refused", None, WORDS),))
    with switched_off("dsr.letters_are_whole"):
        require_whole(letter, compose(letter))


@pytest.mark.parametrize("hole", ["{{ name }}", "%(day)s", "{% if %}", "{reference}"])
def test_an_unfilled_place_does_not_leave(hole: str) -> None:
    letter = facts()
    with pytest.raises(Unsendable, match=re.escape(hole)):
        require_whole(letter, compose(letter) + hole)


def test_a_letter_with_a_missing_fact_never_goes_out_half() -> None:
    for missing, code in (
        ({"reference": ""}, "reference"),
        ({"rights": (), "decided": ()}, "asked"),
        ({"authorities": ()}, "complaint"),
        ({"controller": replace(facts().controller, contacts=())}, "contact"),
        ({"decided": (), "rights": ("erasure",)}, "decision"),
    ):
        letter = facts(**missing)
        assert code in stopping(letter, compose(letter))
    for kind, gone, code in (
        ("extension", {"due": ()}, "until"),
        ("extension", {"words": " "}, "reason"),
        ("identity_question", {"words": ""}, "question"),
        ("lifting", {"day": None}, "day"),
        ("lifting", {"words": ""}, "reason"),
        ("package_way", {"leaving": None}, "way"),
        ("package_way", {"leaving": ("mail", "owl")}, "code"),
    ):
        letter = facts(kind, **gone)
        assert code in stopping(letter, compose(letter)), (kind, code)


def test_the_list_of_authorities_is_marked_and_does_not_stop() -> None:
    letter = facts(region="")
    found = check_letter(letter, compose(letter))
    assert [(one.code, one.stops) for one in found] == [("authority_list", False)]


def test_names_and_words_cannot_break_a_letter() -> None:
    name = "Eve\r\nBcc: x\x00\u202eesrever <b>=1+1</b>"
    letter = facts(
        name=name, decided=(Decided("erasure", "refused", reason("unfounded"), WORDS + "\u202e\x00\r\nEnd"),)
    )
    text = compose(letter)
    assert "Dear Eve Bcc: x esrever <b>=1+1</b>," in text
    assert not {"\x00", "\u202e", "\r"} & set(text) and "\nEnd" in text
    assert stopping(letter, text) == set()
    assert own_words("a\tb\u200fc") == "a\tbc"


def test_kinds_and_languages_are_what_we_say() -> None:
    decided = {"consequence", "appeal_answer", "appeal_extension"}
    questions = {"identity_question", "clarification", "fee"}
    assert set(KINDS) == {
        "answer",
        "refusal",
        "extension",
        "lifting",
        "acknowledgement",
        "erased_later",
        "package_way",
        *questions,
        *decided,
    }
    assert LANGUAGES == ("en", "de", "fr", "es", "pt") and DAY.year == 2026


@pytest.mark.parametrize("lacks", ["ground", "article", "words", "day", ""])
def test_what_stays_in_a_system_has_its_ground_article_words_and_day(lacks: str) -> None:
    why = None if lacks == "ground" else reason("legal_claims")
    if why and lacks == "article":
        why = replace(why, article="")
    said = SystemSaid("Shop", "retained", why, "" if lacks == "words" else WORDS, None if lacks == "day" else DAY)
    letter = facts(decided=(Decided("erasure", "partly", reason("legal_claims"), WORDS, (said,)),))
    found = {each.code for each in check_letter(letter, compose(letter)) if each.stops}
    assert found == ({"system_stays"} if lacks else set())


def test_what_goes_by_itself_has_its_day() -> None:
    for day in (DAY, None):
        said = SystemSaid("Shop: backups", "later", on=day)
        letter = facts(decided=(Decided("erasure", "fulfilled", None, "", (said,)),))
        found = {each.code for each in check_letter(letter, compose(letter)) if each.stops}
        assert found == (set() if day else {"system_later"})
