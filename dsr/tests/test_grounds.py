"""The catalogue of grounds: each law has its own, and none of another."""

import pytest

from dsr.ground_rows.ground import ABSOLUTE, FAMILIES
from dsr.grounds import GROUNDS, ROWS, family_of, ground_in, refusal_grounds
from dsr.outcomes import AT_ONCE, Decision, check_decision, outcomes_for
from dsr.services.deciding import check_refusal
from dsr.states import Right
from privacy.kernel.deadlines.profiles import PROFILES
from privacy.kernel.errors import InvalidInput
from privacy.retention.rules import HOLD_GROUNDS

WORDS = "We looked at every place where this could be."
LONG = WORDS * 4
LAWS = {"EU", "UK", "CH", "US-CA", "US", "CA", "CA-QC", "BR", "AU", "NZ", "IN"}


def codes(right: str, regime: str) -> set[str]:
    return {row.code for row in refusal_grounds(right, regime)}


def test_every_profile_has_a_list_of_its_own_or_the_gdprs() -> None:
    assert {row.law for row in ROWS} == LAWS
    assert {family_of(profile) for profile in PROFILES} <= LAWS and FAMILIES.keys() <= PROFILES.keys()
    assert family_of("US-VA") == "US" and family_of("EU-GDPR") == family_of("PROMISE") == "EU"
    assert len({(row.law, row.code) for row in ROWS}) == len(ROWS)
    assert all(len(row.code) <= 40 for row in ROWS)
    assert HOLD_GROUNDS.keys() <= GROUNDS.keys()


def test_the_gdpr_knows_no_disproportionate_effort() -> None:
    for right in (Right.ACCESS, Right.ERASURE):
        assert "disproportionate_effort" not in codes(right, "EU-GDPR")
        with pytest.raises(InvalidInput) as refused:
            decision = Decision("partly", LONG, "disproportionate_effort")
            check_decision(right, decision, systems={}, regimes=("EU-GDPR",))
        assert refused.value.field == "ground"
    assert codes(Right.ERASURE, "EU-GDPR") == {
        *("expression", "legal_obligation", "public_health", "research", "legal_claims"),
        *("cannot_identify", "unfounded", "national_law"),
    }
    assert codes(Right.ACCESS, "EU-GDPR") == {"cannot_identify", "unfounded", "rights_of_others", "national_law"}
    articles = {row.article for row in refusal_grounds(Right.ERASURE, "EU-GDPR")}
    assert {f"Art. 17(3)({letter}) GDPR" for letter in "abcde"} <= articles
    assert "public_task" in codes(Right.PORTABILITY, "EU-GDPR")


@pytest.mark.parametrize(
    ("regime", "right", "expected", "article"),
    [
        ("UK-GDPR", Right.ACCESS, "reasonable_search", "Art. 15(1A) UK GDPR"),
        ("UK-GDPR", Right.ERASURE, "legal_claims", "Art. 17(3)(e) UK GDPR"),
        ("CH-FADP", Right.ACCESS, "own_interest", "Art. 26(2)(a) FADP"),
        ("US-CA-CCPA", Right.ERASURE, "debugging", "Cal. Civ. Code 1798.105(d)(3)"),
        ("US-CA-CCPA", Right.ACCESS, "unfounded", "Cal. Civ. Code 1798.145(h)(3)"),
        ("US-CA-CCPA", Right.SALE_OPT_OUT, "fraudulent", "11 CCR 7026(e), 7027(f)"),
        ("US-VA", Right.ERASURE, "security", "the state's privacy act, limits of its duties (as Va. Code 59.1-582)"),
        ("CA-PIPEDA", Right.ACCESS, "privilege", "PIPEDA s.9(3)(a)"),
        ("CA-QC-LAW25", Right.ACCESS, "rights_of_others", "CQLR P-39.1, s.40"),
        ("BR-LGPD", Right.ERASURE, "legal_obligation", "Art. 16, I LGPD"),
        ("AU-APP", Right.ACCESS, "negotiations", "APP 12.3(e)"),
        ("NZ-PA", Right.ACCESS, "not_found", "Privacy Act 2020, s.53(a)"),
        ("IN-DPDP", Right.ERASURE, "legal_obligation", "DPDP Act 2023, s.8(7), 12(3)"),
    ],
)
def test_a_law_cites_its_own_article(regime: str, right: Right, expected: str, article: str) -> None:
    assert expected in codes(right, regime)
    found = ground_in(expected, regime)
    assert found and found.article == article
    for other in {"EU-GDPR", "UK-GDPR", "US-CA-CCPA", "NZ-PA"} - {regime}:
        assert article not in {row.article for row in refusal_grounds(right, other)}


def test_no_law_of_ours_refuses_an_opt_out_but_a_fraudulent_one_in_california() -> None:
    for regime in PROFILES:
        for right in ABSOLUTE - {Right.SALE_OPT_OUT, Right.LIMIT_SENSITIVE}:
            assert not codes(right, regime)
    assert set(outcomes_for(Right.MARKETING_OBJECTION)) == {"fulfilled", "nothing_held"}
    for right in AT_ONCE:
        with pytest.raises(InvalidInput):
            check_decision(right, Decision("refused", WORDS, "unfounded"), systems={})
    assert "refused" in outcomes_for(Right.SALE_OPT_OUT, ("US-CA-CCPA",))


def test_some_grounds_cover_a_part_only_and_some_want_a_detailed_reason() -> None:
    with pytest.raises(InvalidInput, match="a part only"):
        check_refusal(rights=["access"], ground="rights_of_others", reasons=WORDS, regimes=("EU-GDPR",))
    check_decision(Right.ACCESS, Decision("partly", WORDS, "rights_of_others"), systems={})
    short = Decision("partly", WORDS, "disproportionate_effort")
    with pytest.raises(InvalidInput, match="120 characters") as refused:
        check_decision(Right.ACCESS, short, systems={}, regimes=("US-CA-CCPA",))
    assert refused.value.field == "words"
    check_decision(
        Right.ACCESS, Decision("partly", LONG, "disproportionate_effort"), systems={}, regimes=("US-CA-CCPA",)
    )


def test_a_whole_refusal_fits_every_right_of_the_case() -> None:
    with pytest.raises(InvalidInput, match="Ask a question") as refused:
        check_refusal(rights=["access", "question"], ground="unfounded", reasons=WORDS, regimes=("EU-GDPR",))
    assert refused.value.field == "ground"
    with pytest.raises(InvalidInput) as refused:
        check_refusal(rights=["access"], ground="unfounded", reasons="no", regimes=("EU-GDPR",))
    assert refused.value.field == "reasons"
    check_refusal(rights=["access", "erasure"], ground="unfounded", reasons=WORDS, regimes=("UK-GDPR",))


def test_under_two_laws_only_what_both_know_refuses() -> None:
    both = {row.code: row for row in refusal_grounds(Right.ERASURE, "US-CA-CCPA", "EU-GDPR")}
    assert both.keys() == {"expression", "legal_obligation", "research", "legal_claims", "unfounded", "cannot_identify"}
    assert both["research"].article == "Cal. Civ. Code 1798.105(d)(6)"
    assert "disproportionate_effort" not in {row.code for row in refusal_grounds("access", "US-CA-CCPA", "EU-GDPR")}
