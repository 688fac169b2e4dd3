"""The blocks of an answer: what was decided, done, kept, and how to get the data. As in `blocks`."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr.letters import words as say
from dsr.letters.blocks import heading
from dsr.letters.facts import DONE, Decided, LetterFacts, StayLine, SystemDone, SystemSaid
from privacy.policy.board import is_on


def decisions(facts: LetterFacts) -> str:
    """Each right with its decision, the reason and its article, and what each system answered."""
    return "\n\n".join([heading(_("Our decision")), *(decision_block(one) for one in facts.decided)])


def decision_block(one: Decided) -> str:
    """The lines about one right."""
    first = f"{say.outcome(one.outcome, one.right)}."
    if one.reason:
        first += f" {reason(one.reason.sentence, one.reason.article)}"
    lines = [heading(say.right(one.right)), first, say.own_words(one.words)]
    lines += [system_line(each) for each in one.systems]
    return "\n".join(line for line in lines if line)


def system_line(each: SystemSaid) -> str:
    """What one system answered; where it stays, why and until when, where it goes by itself, on which day."""
    parts = [f"- {say.label(each.label)}: {say.answer_of_system(each.answer)}"]
    if each.reason:
        parts += [reason(each.reason.sentence, each.reason.article), say.own_words(each.words)]
    if each.on:
        parts.append(on_day(each))
    return ". ".join(part.rstrip(".") for part in parts if part) + ("." if len(parts) > 1 else "")


def on_day(each: SystemSaid) -> str:
    """When somebody looks again at what stays, or when it is gone."""
    if each.reason:
        return _("We look at it again by %(day)s") % {"day": say.day(each.on)} if each.on else ""
    return _("It is gone by %(day)s") % {"day": say.day(each.on)} if each.on else ""


def reason(sentence: str, article: str) -> str:
    """Why, in a sentence, with the article that allows it."""
    return f"{say.sentence(sentence)} ({article})" if article else say.sentence(sentence)


def done(facts: LetterFacts) -> str:
    """What each system did; where something is declined, what was done anyway, if only nothing."""
    if facts.systems:
        lines = [f"- {say.sentence(each.label)}: {_system(each)}" for each in facts.systems]
        again = _("We asked each system again afterwards: what was to go is gone.")
        return "\n".join([heading(_("What we did")), *lines, "", again])
    if not facts.is_declined:
        return ""
    anyway = [
        f"- {say.right(one.right)}: {say.outcome(one.outcome, one.right)}"
        for one in facts.decided
        if one.outcome in DONE
    ]
    nothing = _("Nothing else was done with your data because of this request.")
    return "\n".join([heading(_("What we did anyway")), *(anyway or [nothing])])


def _system(each: SystemDone) -> str:
    parts = []
    if each.erased or each.blanked or each.again:
        erased = ngettext("%(count)s record erased", "%(count)s records erased", each.erased) % {"count": each.erased}
        parts.append(f"{erased}, " + _("%(count)s blanked") % {"count": each.blanked})
        if each.again:
            parts.append(_("%(count)s found already done") % {"count": each.again})
        if each.retained:
            parts.append(_("%(count)s kept") % {"count": each.retained})
        text = ", ".join(parts) + "."
    elif each.retained:
        kept = ngettext("%(count)s record kept", "%(count)s records kept", each.retained) % {"count": each.retained}
        text = kept + ", " + _("nothing to erase") + "."
    else:
        text = _("Nothing held about you.")
    return " ".join([text, *(say.sentence(line) for line in each.reasons)])


def stays(facts: LetterFacts) -> str:
    """What stays, why and until when."""
    if not facts.stays or not is_on("dsr.stays_are_listed"):
        return ""
    parts = [heading(_("What stays, and why"))]
    for each in facts.stays:
        lines = [f"- {stay_line(line)}" for line in each.lines]
        parts.append("\n".join([reason(each.reason.sentence, each.reason.article), *lines]))
    end = _(
        "What stays is used for nothing else. Once its date has passed, or the legal hold is released, we erase it by "
        "ourselves and tell you, as long as we know how to reach you."
    )
    return "\n\n".join([*parts, end])


def stay_line(line: StayLine) -> str:
    """Records of one kind: how many, and until when."""
    count = ngettext("%(count)s record", "%(count)s records", line.rows) % {"count": line.rows}
    return f"{say.sentence(line.name)}: {count}{until(line)}"


def until(line: StayLine) -> str:
    """Until when records stay: a day, a rule in words, or as long as the case."""
    if line.until and line.is_held:
        return ", " + _("held for now; we look at it again by %(day)s") % {"day": say.day(line.until)}
    if line.until:
        return ", " + _("until %(day)s") % {"day": say.day(line.until)}
    return f". {say.sentence(line.note)}" if line.note else ", " + _("as long as the record of your request")


def erased_later(facts: LetterFacts) -> str:
    """What an earlier erasure had to keep and is erased now, with the reason that has ended."""
    parts = [
        _(
            "When we erased your data we had to keep a part of it, and told you why. The reason has ended, and this "
            "part is erased now too. You need not do anything."
        ),
        heading(_("What we erased now")),
    ]
    for each in facts.stays:
        lines = [f"- {_gone_line(line)}" for line in each.lines]
        parts.append("\n".join([reason(each.reason.sentence, each.reason.article), *lines]))
    return "\n\n".join([*parts, _("We asked each system again afterwards: what was to go is gone.")])


def _gone_line(line: StayLine) -> str:
    count = ngettext("%(count)s record", "%(count)s records", line.rows) % {"count": line.rows}
    until = ", " + _("until %(day)s") % {"day": say.day(line.until)} if line.until else ""
    return f"{say.sentence(line.name)}: {count}{until}"


def package(facts: LetterFacts) -> str:
    """How the person gets the data."""
    found = facts.package
    if found is None:
        return ""
    rows = ngettext("%(count)s record", "%(count)s records", found.rows) % {"count": found.rows}
    places = ngettext("from %(count)s place", "from %(count)s places", found.systems) % {"count": found.systems}
    lines = [
        _("A package of the data waits for you on the page of your request until %(day)s:")
        % {"day": say.day(found.ends_on)},
        f"{rows} {places}" + _(", as a page to read and as files for other services."),
        _("It also says what each is used for, where it came from, who receives it and how long it is kept."),
        _("Open the page from your account, or ask there for a fresh link by mail."),
        _(
            "If you cannot or do not want to do that, write to us: the package then comes locked, by email or on a "
            "medium by post, and the code that opens it another way."
        ),
    ]
    return "\n".join([heading(_("Your data")), *lines])


WAYS = {
    "mail": "The package of your data comes by email, as an archive that is locked with AES-256.",
    "medium": "The package of your data comes on a medium by post, as an archive that is locked with AES-256.",
}
CODES = {
    "post": "Its code comes in a letter by post.",
    "phone": "We tell you its code by phone.",
    "mail": "Its code comes by email, once the medium is in the post.",
}


def leaving(facts: LetterFacts) -> str:
    """How a package that leaves comes, how its code does, and until when."""
    if facts.leaving is None:
        return ""
    way, code_by = facts.leaving
    lines = [
        " ".join([say.sentence(WAYS.get(way, "")), say.sentence(CODES.get(code_by, ""))]),
        _("Open it with a program that knows AES archives, such as 7-Zip or Keka, and type the code with its hyphens."),
        _("We do not keep the code. If you lose it, write to us: we lock the package anew under another one."),
    ]
    if facts.day:
        lines.append(_("We can send it until %(day)s. Then our own copy is gone.") % {"day": say.day(facts.day)})
    return "\n".join([heading(_("Your data")), *lines])


def backups(facts: LetterFacts) -> str:
    """When copies go that nobody reads."""
    if not facts.systems and facts.kind != "erased_later":
        return ""
    return _(
        "Copies in backups are overwritten within %(days)s days; until then they are restored only together with this "
        "erasure."
    ) % {"days": facts.backup_days}


def kept_contact(_facts: LetterFacts) -> str:
    """How long the case remembers how to reach the person."""
    text = _("We keep how to reach you for this case alone for three months, so that you can ask about this answer.")
    return f"{heading(_('Your address in this case'))}\n{text}"


def proof(facts: LetterFacts) -> str:
    """The receipt of an erasure."""
    if facts.receipt is None:
        return ""
    number, fingerprint = facts.receipt
    return "\n".join([heading(_("Proof")), _("Receipt %(number)s") % {"number": number}, fingerprint])


def extra(facts: LetterFacts) -> str:
    """Sections that others add to an answer."""
    return "\n\n".join(f"{heading(title)}\n{text}" for title, text in facts.extra if text)
