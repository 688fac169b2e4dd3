"""The words of a review: what is decided about a document, and why something in it is hidden."""

from dataclasses import dataclass

from django.db import models


class ReviewState(models.TextChoices):
    """Where a review stands."""

    OPEN = "open", "Open"
    APPROVED = "approved", "Approved"
    ENDED = "ended", "Originals destroyed"


class Ruling(models.TextChoices):
    """What is decided about one document."""

    TODO = "todo", "To do"
    RELEASE = "release", "Release"
    REDACT = "redact", "Release redacted"
    WITHHOLD = "withhold", "Withhold"


class Reason(models.TextChoices):
    """Why a place is hidden or a document withheld."""

    THIRD_PARTY = "third_party", "Another person"
    STAFF_NAME = "staff_name", "A member of staff"
    PRIVILEGE = "privilege", "Legal privilege"
    TRADE_SECRET = "trade_secret", "Trade secret"
    SECURITY = "security", "Security"


class Origin(models.TextChoices):
    """How a mark came about. None is made by itself: a suggestion is taken up by a person."""

    CHOSEN = "chosen", "Chosen"
    TERM = "term", "By a word"
    SUGGESTION = "suggestion", "Suggested"


@dataclass(frozen=True, slots=True)
class Law:
    """The articles by which a law lets something be left out of an answer, by reason."""

    third_party: str
    staff_name: str
    privilege: str
    trade_secret: str
    security: str


# Sources: the texts of the laws named in each row. A law without a rule of its own for a reason says by which it goes.
LAWS: dict[str, Law] = {
    "EU": Law(
        "Art. 15(4) GDPR",
        "Art. 15(4) GDPR",
        "Art. 23(1) GDPR with national law on professional secrets",
        "Art. 15(4), recital 63 GDPR",
        "Art. 15(4), 32 GDPR",
    ),
    "GB": Law(
        "DPA 2018, Sch. 2, para. 16",
        "DPA 2018, Sch. 2, para. 16",
        "DPA 2018, Sch. 2, para. 19",
        "Art. 15(4) UK GDPR",
        "Art. 15(4), 32 UK GDPR",
    ),
    "CH": Law(
        "Art. 26(1)(b) FADP",
        "Art. 26(1)(b) FADP",
        "Art. 26(1)(a) FADP",
        "Art. 26(2)(a) FADP",
        "Art. 26(2)(a) FADP",
    ),
    "US": Law(
        "Cal. Civ. Code 1798.145(k)",
        "Cal. Civ. Code 1798.145(k)",
        "Cal. Civ. Code 1798.145(b)",
        "Cal. Civ. Code 1798.100(f)",
        "11 CCR 7024(d)",
    ),
    "CA": Law(
        "PIPEDA s. 9(1)",
        "PIPEDA s. 9(1)",
        "PIPEDA s. 9(3)(a)",
        "PIPEDA s. 9(3)(b)",
        "PIPEDA s. 9(3)(c)",
    ),
    "AU": Law("APP 12.3(b)", "APP 12.3(b)", "APP 12.3(d)", "APP 12.3(j)", "APP 12.3(a)"),
}


def article_of(reason: str, regime: str) -> str:
    """The article that a letter cites. Of an unknown law: that of the EU, after which most are made."""
    law = LAWS.get(regime.partition("-")[0], LAWS["EU"])
    return str(getattr(law, reason))
