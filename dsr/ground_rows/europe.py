"""Grounds of the GDPR, the UK GDPR and the Swiss FADP.

Sources: Regulation (EU) 2016/679; UK GDPR as amended by the Data (Use and Access) Act 2025 and DPA 2018; the
Swiss Federal Act on Data Protection of 25 September 2020. The GDPR has no ground of disproportionate effort for
access or erasure, so there is none here: Articles 11(2), 12(5), 15(4), 17(3) and 19 are all it has.
"""

from dataclasses import replace

from dsr.ground_rows.ground import DETAILED, Ground
from dsr.states import Right

ACCESS = (Right.ACCESS.value,)
ERASURE = (Right.ERASURE.value,)
COPY = (Right.ACCESS.value, Right.PORTABILITY.value)
OBJECTION = (Right.OBJECTION.value,)
BY_IDENTITY = (
    *(Right.ACCESS.value, Right.RECTIFICATION.value, Right.ERASURE.value, Right.RESTRICTION.value),
    *(Right.PORTABILITY.value, Right.OBJECTION.value, Right.AUTOMATED_DECISION.value, Right.SAFEGUARDS_COPY.value),
)
MAY_STAY = "What stays is used for this purpose only, and goes when the reason ends."

EU = [
    Ground("accountability", "Art. 5(2), 17(3)(e) GDPR", "We must be able to show what we did with your request."),
    Ground(
        "legal_obligation",
        "Art. 17(3)(b) GDPR",
        "A law obliges us to keep it, such as tax law for invoices.",
        refuses=True,
        only_for=ERASURE,
        paragraph=MAY_STAY,
    ),
    Ground(
        "legal_claims",
        "Art. 17(3)(e) GDPR",
        "It is needed to establish, exercise or defend legal claims.",
        refuses=True,
        only_for=ERASURE,
        paragraph=MAY_STAY,
    ),
    Ground("contract", "Art. 6(1)(b) GDPR", "It is still needed for a contract with you."),
    Ground("fraud_prevention", "Art. 17(1)(a), 6(1)(f) GDPR", "It is still needed to prevent fraud."),
    Ground(
        "expression",
        "Art. 17(3)(a) GDPR",
        "It is needed for the freedom of expression and information.",
        refuses=True,
        only_for=ERASURE,
    ),
    Ground(
        "public_health",
        "Art. 17(3)(c) GDPR",
        "It is needed for public health, as Article 9(2)(h) and (i) GDPR allow.",
        refuses=True,
        only_for=ERASURE,
    ),
    Ground(
        "research",
        "Art. 17(3)(d) GDPR",
        "It is needed for archiving, research or statistics that erasure would seriously impair.",
        refuses=True,
        only_for=ERASURE,
    ),
    Ground(
        "cannot_identify",
        "Art. 11(2), 12(2) GDPR",
        "We cannot identify you in our data.",
        refuses=True,
        only_for=BY_IDENTITY,
        paragraph="You may give us more that lets us find you; we then look again.",
    ),
    Ground(
        "unfounded",
        "Art. 12(5)(b) GDPR",
        "The request is manifestly unfounded or excessive.",
        refuses=True,
        paragraph="It is for us to show that, and the reasons below do.",
    ),
    Ground(
        "rights_of_others",
        "Art. 15(4), 20(4) GDPR",
        "It would adversely affect the rights of others.",
        refuses=True,
        only_for=COPY,
        allows_whole=False,
        paragraph="Only what touches others is left out or made unreadable; all the rest is yours.",
    ),
    Ground(
        "public_task",
        "Art. 20(3) GDPR",
        "It is processed for a task in the public interest, for which there is no portability.",
        refuses=True,
        only_for=(Right.PORTABILITY.value,),
    ),
    Ground(
        "accurate", "Art. 16 GDPR", "We checked, and the data is correct.", refuses=True, only_for=("rectification",)
    ),
    Ground(
        "no_case_of_restriction",
        "Art. 18(1) GDPR",
        "None of the cases in which the law restricts the use is given.",
        refuses=True,
        only_for=("restriction",),
    ),
    Ground(
        "compelling_grounds",
        "Art. 21(1) GDPR",
        "We have compelling legitimate grounds that override your interests.",
        refuses=True,
        only_for=OBJECTION,
        paragraph="Advertising is not among them: an objection to it always counts.",
    ),
    Ground(
        "authorized_by_law",
        "Art. 22(2)(b) GDPR",
        "A law authorizes this automated decision and protects you in another way.",
        refuses=True,
        only_for=(Right.AUTOMATED_DECISION.value,),
    ),
    Ground(
        "national_law",
        "Art. 23 GDPR",
        "A law of a Member State restricts this right; it is named below.",
        refuses=True,
        only_for=BY_IDENTITY,
    ),
]

UK = [
    *(
        replace(row, law="UK", article=row.article.replace("GDPR", "UK GDPR"))
        for row in EU
        if row.code != "national_law"
    ),
    Ground(
        "reasonable_search",
        "Art. 15(1A) UK GDPR",
        "We give what a reasonable and proportionate search found.",
        refuses=True,
        only_for=ACCESS,
        law="UK",
        allows_whole=False,
        least_words=DETAILED,
        paragraph="The reasons say where and how we searched, and where we did not.",
    ),
    Ground(
        "privilege",
        "DPA 2018, Sch. 2, para. 19",
        "It is covered by legal professional privilege.",
        refuses=True,
        only_for=ACCESS,
        law="UK",
        allows_whole=False,
    ),
    Ground(
        "exemption",
        "DPA 2018, Sch. 2 to 4",
        "An exemption of the Data Protection Act applies; it is named below.",
        refuses=True,
        only_for=BY_IDENTITY,
        law="UK",
    ),
]

CH = [
    Ground("accountability", "Art. 8, 26 FADP", "We must be able to show what we did with your request.", law="CH"),
    Ground(
        "legal_obligation",
        "Art. 31(1) FADP",
        "A law obliges us to keep it.",
        refuses=True,
        only_for=ERASURE,
        law="CH",
        paragraph=MAY_STAY,
    ),
    Ground(
        "legal_claims",
        "Art. 31(1) FADP",
        "An overriding interest keeps it, such as a legal claim.",
        refuses=True,
        only_for=ERASURE,
        law="CH",
        paragraph=MAY_STAY,
    ),
    Ground(
        "secrecy",
        "Art. 26(1)(a) FADP",
        "A formal law provides for it, such as a duty of professional secrecy.",
        refuses=True,
        only_for=COPY,
        law="CH",
    ),
    Ground(
        "rights_of_others",
        "Art. 26(1)(b) FADP",
        "Overriding interests of others require it.",
        refuses=True,
        only_for=COPY,
        law="CH",
    ),
    Ground(
        "unfounded",
        "Art. 26(1)(c) FADP",
        "The request is manifestly unfounded or made to harass.",
        refuses=True,
        only_for=COPY,
        law="CH",
    ),
    Ground(
        "own_interest",
        "Art. 26(2)(a) FADP",
        "Our own overriding interests require it, and we give the data to nobody.",
        refuses=True,
        only_for=COPY,
        law="CH",
    ),
    Ground(
        "cannot_identify",
        "Art. 16(5) DPO",
        "We cannot identify you in our data.",
        refuses=True,
        only_for=BY_IDENTITY,
        law="CH",
    ),
    Ground(
        "accurate",
        "Art. 32(1), (3) FADP",
        "We checked, and the data is correct.",
        refuses=True,
        only_for=("rectification",),
        law="CH",
        paragraph="Where neither can be shown, you may ask for a note that you dispute it.",
    ),
    Ground(
        "compelling_grounds",
        "Art. 31(1) FADP",
        "An overriding private or public interest justifies the use.",
        refuses=True,
        only_for=OBJECTION,
        law="CH",
    ),
]

ROWS = (*EU, *UK, *CH)
