"""A request like a parcel: the steps behind and before it with their days, who acts now, and by when. Pure but for
the language that is active."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from dsr.states import OPEN, Channel, Right
from privacy.kernel.spoken_days import day_in_words

BY_LINK = frozenset({Channel.WEB.value, Channel.API.value})  # whoever files so confirms the address first
ASKED = {"identity_requested": "identity_confirmed", "clarification_requested": "clarification_received"}
WHERE = {
    "unconfirmed": "Nobody works on it yet: it waits for you to confirm your address. Open the link in our newest mail "
    "and press the button. No mail? Get the link again, and look into the spam folder.",
    "received": "Our privacy team works on it. There is nothing that you have to do.",
    "prepared": "What will be erased is listed. A second person of ours checks the list before anything is touched.",
    "running": "The erasure is being carried out in every system, and each is asked again afterwards.",
    "blocked": "One of our systems has not given a final answer. We look after it; you have to do nothing.",
    "closed": "It is answered. Our letter stands below.",
    "refused": "We do not do what you asked. Our letter below says why, and what you can do about it.",
    "withdrawn": "You took it back, so nobody works on it. You can file a new one at any time.",
    "expired": "Nobody confirmed the address, so nothing was done. You can file it again.",
    "appealed": "You disagreed with our decision. Somebody who did not decide looks at it again.",
    "referred": "It is about data that another company put here. We passed it on to that company, which answers you.",
    "duplicate": "It is answered together with another request of yours.",
    "spam": "We did not take it for a request. If that is wrong, reply to us.",
}
ON_YOU = "We asked you something and wait for your answer. Our letter below says what we need, and why."
ALONE = (
    "You disagreed with our decision. Nobody else of ours can look at it, so the one who decided does, "
    "a day later at the earliest."
)
WHO = {"us": "our privacy team", "you": "you", "system": "one of our systems", "nobody": "nobody: it has ended"}
ACTS = {"unconfirmed": "you", "running": "system", "blocked": "us"}
ENDS = {
    "closed": "Our answer",
    "refused": "Declined, with reasons",
    "withdrawn": "You took it back",
    "expired": "Ended without a confirmation",
}
STEPS = {
    "received": "It reached us",
    "confirmed": "You confirmed your address",
    "worked_on": "Our privacy team works on it",
    "checked": "A second person checks what will be erased",
    "carried_out": "It is carried out in every system",
    "answer": "Our answer",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `on`: the day on which it was reached; `by`: the last day for one to come."""

    label: str
    state: str  # done, now, next
    on: dt.date | None = None
    by: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a request stands: in words, who acts, and the next day that counts with what happens on it."""

    text: str
    who: str
    next_on: dt.date | None
    next_words: str
    is_on_you: bool


def is_waiting_for_person(kinds: Iterable[str]) -> bool:
    """Whether we asked the person something and have no answer yet; `kinds` of the history in its order."""
    open_questions = set()
    for kind in kinds:
        if kind in ASKED:
            open_questions.add(ASKED[kind])
        open_questions.discard(kind)
    return bool(open_questions)


def standing(
    *, state: str, ends_on: dt.date | None, due_on: dt.date | None, kinds: Iterable[str], is_alone: bool = False
) -> Standing:
    """Where a request in this state stands. `ends_on`: when it ends without a confirmation; `is_alone`: nobody but
    whoever decided can look at an appeal."""
    is_open = state in OPEN or state == "appealed"
    asks = state == "received" and is_waiting_for_person(kinds)
    who = "you" if asks else ACTS.get(state, "us" if is_open else "nobody")
    next_on, words = (due_on, _("our answer, at the latest")) if is_open and due_on else (None, "")
    if state == "unconfirmed":
        next_on, words = ends_on, _("it ends by itself, if you do not confirm")
    text = ON_YOU if asks else ALONE if is_alone else WHERE.get(state, "")
    return Standing(_(text) if text else "", _(WHO[who]), next_on, words, who == "you")


def steps(
    *,
    state: str,
    channel: str,
    rights: Iterable[str],
    days: Mapping[str, dt.date],
    received_on: dt.date,
    due_on: dt.date | None,
) -> list[Step]:
    """The way of a request. `days`: kind of history row → the day on which it happened last."""
    codes = [*_codes(state, channel, rights, days)]
    reached = {
        "received": received_on,
        "confirmed": days.get("confirmed"),
        "worked_on": days.get("confirmed", received_on) if state != "unconfirmed" else None,
        "checked": days.get("approved"),
        "carried_out": days.get("closed") if state == "closed" else None,
    }
    is_open = state in OPEN
    now = _now(state) if is_open else ""
    lines = []
    for code in codes:
        place = "now" if code == now else "done" if _is_before(code, now, codes) or not is_open else "next"
        lines.append(Step(_(STEPS[code]), place, reached.get(code) if place != "next" else None))
    if is_open:
        return [*lines, Step(_(STEPS["answer"]), "next", by=due_on)]
    ended = max((days[kind] for kind in ("closed", "refused", "withdrawn", "expired") if kind in days), default=None)
    return [*lines, Step(_(ENDS.get(state, STEPS["answer"])), "done", ended)]


def _codes(state: str, channel: str, rights: Iterable[str], days: Mapping[str, dt.date]) -> Iterable[str]:
    yield "received"
    if state == "unconfirmed" or "confirmed" in days or (channel in BY_LINK and state != "expired"):
        yield "confirmed"
    if state == "expired" or (state == "withdrawn" and channel in BY_LINK and "confirmed" not in days):
        return
    yield "worked_on"
    if Right.ERASURE in rights and (state in OPEN or "approved" in days):
        yield "checked"
        yield "carried_out"


def _now(state: str) -> str:
    return {"unconfirmed": "confirmed", "prepared": "checked", "running": "carried_out", "blocked": "carried_out"}.get(
        state, "worked_on"
    )


def _is_before(code: str, now: str, codes: list[str]) -> bool:
    return now in codes and codes.index(code) < codes.index(now)


def by_words(step: Step) -> str:
    """The day of a step, or by when."""
    if step.on:
        return day_in_words(step.on)
    return _("by %(day)s") % {"day": day_in_words(step.by)} if step.by else ""
