"""Grounds of California, the other US states, Canada, Québec and Brazil.

Sources: Cal. Civ. Code 1798.105(d), 1798.145 and 11 CCR 7001, 7022 to 7028, 7060; the consumer privacy acts of the
states, which share one model; PIPEDA s.9 and Sch. 1; CQLR P-39.1; Lei 13.709/2018 (LGPD). Articles that nobody has
confirmed yet are no reason to refuse: legal names the provision in the words.
"""

from dsr.ground_rows.europe import BY_IDENTITY, COPY, ERASURE, MAY_STAY
from dsr.ground_rows.ground import DETAILED, Ground
from dsr.states import Right

OPT_OUTS = (Right.SALE_OPT_OUT.value, Right.LIMIT_SENSITIVE.value)
CORRECT = (Right.RECTIFICATION.value,)
ACCESS = (Right.ACCESS.value,)


def _refusal(law: str, code: str, article: str, sentence: str, rights: tuple[str, ...] = (), **more: object) -> Ground:
    return Ground(code, article, sentence, refuses=True, only_for=rights, law=law, **more)  # type: ignore[arg-type]  # fields of Ground by name


def _erasure(number: int, code: str, sentence: str) -> Ground:
    """One of the exceptions of Cal. Civ. Code 1798.105(d)."""
    article = f"Cal. Civ. Code 1798.105(d)({number})"
    return _refusal("US-CA", code, article, sentence, ERASURE, paragraph=MAY_STAY)


CALIFORNIA = [
    Ground(
        "accountability",
        "11 CCR 7101, 1798.105(c)(2)",
        "We must keep a record of what we did with your request.",
        law="US-CA",
    ),
    _erasure(1, "contract", "It is needed to complete a transaction, a warranty, a recall or a contract with you."),
    _erasure(2, "security", "It is needed for security and integrity."),
    _erasure(3, "debugging", "It is needed to find and repair errors."),
    _erasure(4, "expression", "It is needed for free speech, yours or another's."),
    _erasure(5, "communications_act", "The California Electronic Communications Privacy Act requires it."),
    _erasure(6, "research", "It is needed for research in the public interest that you agreed to."),
    _erasure(7, "expected_use", "It is used internally only, as you can expect from how you know us."),
    _erasure(8, "legal_obligation", "A law obliges us to keep it."),
    _refusal(
        "US-CA",
        "legal_claims",
        "Cal. Civ. Code 1798.145(a)(1)(E)",
        "It is needed to exercise or defend legal claims.",
        ERASURE,
        paragraph=MAY_STAY,
    ),
    _refusal(
        "US-CA",
        "rights_of_others",
        "Cal. Civ. Code 1798.145(k)",
        "It would adversely affect the rights of others.",
        COPY,
        allows_whole=False,
    ),
    _refusal(
        "US-CA",
        "unfounded",
        "Cal. Civ. Code 1798.145(h)(3)",
        "The request is manifestly unfounded or excessive.",
        paragraph="It is for us to show that, and the reasons below do.",
    ),
    _refusal(
        "US-CA",
        "cannot_identify",
        "11 CCR 7060 to 7063",
        "We could not verify that the data is yours.",
        (*ACCESS, *COPY, *ERASURE, *CORRECT),
        paragraph="No proof is asked for an opt-out, and none was.",
    ),
    _refusal("US-CA", "accurate", "11 CCR 7023(b)", "All we know together says that the data is correct.", CORRECT),
    _refusal(
        "US-CA",
        "disproportionate_effort",
        "11 CCR 7001, 7022(b), 7024(h)",
        "It would take an effort out of all proportion to what you would gain.",
        (*ACCESS, *ERASURE, *CORRECT),
        allows_whole=False,
        least_words=DETAILED,
        paragraph="The law wants a detailed explanation with facts; it stands below.",
    ),
    _refusal(
        "US-CA",
        "fraudulent",
        "11 CCR 7026(e), 7027(f)",
        "We have documented reasons to believe that the request is fraudulent.",
        OPT_OUTS,
        least_words=DETAILED,
    ),
]

STATES = [
    Ground("accountability", "the state's privacy act", "We must be able to show what we did.", law="US"),
    _refusal(
        "US",
        "legal_obligation",
        "the state's privacy act, limits of its duties (as Va. Code 59.1-582)",
        "A law obliges us to keep it.",
        ERASURE,
        paragraph=MAY_STAY,
    ),
    _refusal(
        "US",
        "legal_claims",
        "the state's privacy act, limits of its duties (as Va. Code 59.1-582)",
        "It is needed for legal claims.",
        ERASURE,
        paragraph=MAY_STAY,
    ),
    _refusal(
        "US",
        "contract",
        "the state's privacy act, limits of its duties (as Va. Code 59.1-582)",
        "It is needed for a contract with you, or for what you asked us for.",
        ERASURE,
    ),
    _refusal(
        "US",
        "security",
        "the state's privacy act, limits of its duties (as Va. Code 59.1-582)",
        "It is needed against security incidents, fraud or other unlawful acts.",
        ERASURE,
    ),
    _refusal(
        "US",
        "unfounded",
        "the state's privacy act, consumer requests (as Va. Code 59.1-577(B)(3))",
        "The request is manifestly unfounded, excessive or repeated.",
    ),
    _refusal(
        "US",
        "cannot_identify",
        "the state's privacy act, consumer requests (as Va. Code 59.1-577(B)(4))",
        "We could not authenticate the request with reasonable effort.",
        (*COPY, *ERASURE, *CORRECT),
        paragraph="You may give us more that shows who asks.",
    ),
    _refusal("US", "accurate", "the state's privacy act, right to correct", "The data is correct.", CORRECT),
]

CANADA = [
    Ground("accountability", "PIPEDA, Sch. 1, 4.1, 4.5.3", "We must be able to show what we did.", law="CA"),
    _refusal(
        "CA",
        "rights_of_others",
        "PIPEDA s.9(1)",
        "It would reveal data of somebody else that cannot be taken out.",
        ACCESS,
        allows_whole=False,
    ),
    _refusal("CA", "privilege", "PIPEDA s.9(3)(a)", "It is protected by solicitor-client privilege.", ACCESS),
    _refusal("CA", "trade_secret", "PIPEDA s.9(3)(b)", "It would reveal confidential commercial information.", ACCESS),
    _refusal("CA", "safety", "PIPEDA s.9(3)(c)", "It could threaten the life or security of another.", ACCESS),
    _refusal("CA", "investigation", "PIPEDA s.9(3)(c.1)", "It was collected to investigate a breach of law.", ACCESS),
    _refusal("CA", "dispute", "PIPEDA s.9(3)(d)", "It was made in a formal dispute resolution.", ACCESS),
    _refusal(
        "CA",
        "legal_obligation",
        "PIPEDA, Sch. 1, 4.5.2, 4.5.3",
        "A law obliges us to keep it.",
        ERASURE,
        paragraph=MAY_STAY,
    ),
    _refusal("CA", "legal_claims", "PIPEDA, Sch. 1, 4.5.3", "It is needed for a legal claim.", ERASURE),
    _refusal(
        "CA",
        "accurate",
        "PIPEDA, Sch. 1, 4.9.5, 4.9.6",
        "We checked, and the data is correct.",
        CORRECT,
        paragraph="We note that you dispute it, and pass that on with the data.",
    ),
    _refusal("CA", "cannot_identify", "PIPEDA, Sch. 1, 4.9.2", "We cannot identify you in our data.", BY_IDENTITY),
]

QUEBEC = [
    Ground("accountability", "CQLR P-39.1, s.3.2", "We must be able to show what we did.", law="CA-QC"),
    _refusal(
        "CA-QC",
        "investigation",
        "CQLR P-39.1, s.39(1)",
        "It would hinder an inquiry into a crime or a breach of law.",
        ACCESS,
    ),
    _refusal(
        "CA-QC",
        "legal_claims",
        "CQLR P-39.1, s.39(2)",
        "It would affect judicial proceedings in which one of us has an interest.",
        ACCESS,
    ),
    _refusal(
        "CA-QC",
        "rights_of_others",
        "CQLR P-39.1, s.40",
        "It would reveal data of somebody else and seriously harm that person.",
        COPY,
        allows_whole=False,
    ),
    _refusal(
        "CA-QC",
        "legal_obligation",
        "CQLR P-39.1, s.23",
        "A law obliges us to keep it.",
        ERASURE,
        paragraph=MAY_STAY,
    ),
    _refusal("CA-QC", "accurate", "CQLR P-39.1, s.28, 53", "We checked, and the data is correct.", CORRECT),
    _refusal("CA-QC", "cannot_identify", "CQLR P-39.1, s.30", "We cannot identify you in our data.", BY_IDENTITY),
]

BRAZIL = [
    Ground("accountability", "Art. 6, X, 37 LGPD", "We must be able to show what we did.", law="BR"),
    _refusal("BR", "legal_obligation", "Art. 16, I LGPD", "A law obliges us to keep it.", ERASURE, paragraph=MAY_STAY),
    _refusal("BR", "research", "Art. 16, II LGPD", "A research body studies it, anonymized where possible.", ERASURE),
    _refusal("BR", "legal_claims", "Art. 7, VI, 16 LGPD", "It is needed to exercise rights in proceedings.", ERASURE),
    _refusal("BR", "trade_secret", "Art. 19, II LGPD", "It would reveal a trade or industrial secret.", ACCESS),
    _refusal(
        "BR",
        "not_possible",
        "Art. 18, para. 4, II LGPD",
        "Reasons of fact or law prevent us from doing it at once; they stand below.",
        (*COPY, *ERASURE, *CORRECT),
    ),
    _refusal("BR", "cannot_identify", "Art. 18, para. 3 LGPD", "We cannot identify you in our data.", BY_IDENTITY),
    _refusal("BR", "accurate", "Art. 18, III LGPD", "We checked, and the data is correct.", CORRECT),
]

ROWS = (*CALIFORNIA, *STATES, *CANADA, *QUEBEC, *BRAZIL)
