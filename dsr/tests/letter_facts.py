"""Letters of every law, outcome and language, made from nothing."""

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from dsr.grounds import GROUNDS
from dsr.letters.authorities import authorities_for
from dsr.letters.composing import KINDS
from dsr.letters.facts import (
    Controller,
    Decided,
    LetterFacts,
    PackageFacts,
    Reason,
    StayLine,
    Stays,
    SystemDone,
    SystemSaid,
)
from dsr.letters.words import LANGUAGES
from dsr.outcomes import outcomes_for
from dsr.states import Right
from privacy.kernel.deadlines.profiles import PROFILES

DAY = dt.date(2026, 3, 2)
WORDS = "We looked through every system and this is what we found."
CONTROLLER = Controller("Example Ltd", (("Legal", "legal@example.com"), ("Post", "1 Example Road")))
REGIONS = ("", "DE", "DE-BY", "FR", "GB", "US-CA", "BR", "XX")


def reason(code: str) -> Reason:
    return Reason(code, GROUNDS[code].sentence, GROUNDS[code].article)


def facts(kind: str = "answer", **more: Any) -> LetterFacts:
    """A whole letter about an erasure that was declined in part."""
    regime, region = more.pop("regime", "EU-GDPR"), more.pop("region", "DE")
    values: dict[str, Any] = {
        "reference": "KX-ABCDEFG",
        "language": "en",
        "received_on": DAY,
        "rights": ("erasure",),
        "controller": CONTROLLER,
        "name": "Alice",
        "due_on": DAY + dt.timedelta(days=30),
        "authorities": authorities_for(regime=regime, region=region),
    }
    if kind in {"answer", "refusal"}:
        values["decided"] = (Decided("erasure", "refused", reason("unfounded"), WORDS),)
    if kind == "extension":
        values |= {"words": WORDS, "reason": "It is complex.", "due": (("erasure", DAY),)}
    if kind in {"identity_question", "clarification", "fee"}:
        values["words"] = WORDS
    if kind in {"consequence", "appeal_answer"}:
        values |= {"words": WORDS, "reason": "denied" if kind == "appeal_answer" else "Logs: the account is closed."}
    if kind == "appeal_extension":
        values |= {"words": WORDS, "reason": "It is complex.", "day": DAY}
    if kind == "erased_later":
        values["stays"] = (Stays(reason("legal_obligation"), (StayLine("Invoices", 3, DAY),)),)
    if kind == "package_way":
        values |= {"leaving": ("medium", "mail"), "day": DAY}
    if kind == "lifting":
        values |= {"words": WORDS, "day": DAY}
    return LetterFacts(kind=kind, regime=regime, region=region, **(values | more))


SAID = (
    SystemSaid("Shop", "done"),
    SystemSaid("The CRM: recycle bin: the deleted records", "retained", reason("legal_claims"), WORDS, DAY),
    SystemSaid("The CRM: backups of the CRM: the records as they were", "later", on=DAY),
)


@st.composite
def any_facts(draw: st.DrawFn) -> LetterFacts:
    """Any letter that could be written."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    regime = draw(st.sampled_from(sorted(PROFILES)))
    rights = tuple(draw(st.lists(st.sampled_from([each.value for each in Right]), min_size=1, unique=True, max_size=4)))
    more: dict[str, Any] = {"rights": rights, "language": draw(st.sampled_from(LANGUAGES))}
    more["name"] = draw(st.text(max_size=20))
    if other := draw(st.sampled_from(["", *sorted(PROFILES)])):
        more["also"] = ((other, authorities_for(regime=other)),)
    if kind in {"answer", "refusal"}:
        more["decided"] = tuple(_decided(draw, right) for right in rights)
        if "erasure" in rights:
            more |= _of_erasure(draw)
        more["package"] = draw(st.sampled_from([None, PackageFacts(3, 2, DAY)]))
    if kind == "extension":
        more["due"] = tuple((right, DAY) for right in rights)
    return facts(kind, regime=regime, region=draw(st.sampled_from(REGIONS)), **more)


def _decided(draw: st.DrawFn, right: str) -> Decided:
    outcome = draw(st.sampled_from(sorted(outcomes_for(right))))
    if outcome in {"refused", "partly"}:
        return Decided(right, outcome, reason(draw(st.sampled_from(sorted(GROUNDS)))), WORDS)
    systems = draw(st.lists(st.sampled_from(SAID), max_size=3, unique=True))
    return Decided(right, outcome, None, draw(st.sampled_from(["", WORDS])), tuple(systems))


def _of_erasure(draw: st.DrawFn) -> dict[str, Any]:
    lines = (StayLine("Invoices", 3, DAY), StayLine("Letters", 1), StayLine("Notes", 2, None, "Goes with the account."))
    return {
        "systems": (
            SystemDone("Our own records", erased=3, retained=1),
            SystemDone("Shop", again=1, reasons=("Late.",)),
        ),
        "stays": draw(st.sampled_from([(), (Stays(reason("legal_obligation"), lines),)])),
        "receipt": ("number", "fingerprint"),
    }
