"""The building blocks of letters. Each takes the facts and gives its lines, or nothing where it has nothing to say.

The language is the one that is active. A heading is a line in capitals: it reads in a plain mail, and the page and
the PDF make a heading of it.
"""

from django.utils.translation import gettext as _

from dsr.letters import words as say
from dsr.letters.facts import LetterFacts


def heading(text: str) -> str:
    """A line that a reader sees as the start of a section."""
    return text.upper()


def reference(facts: LetterFacts) -> str:
    """The first line: what to quote when writing to us."""
    return _("Reference %(reference)s") % {"reference": facts.reference}


def greeting(facts: LetterFacts) -> str:
    """By name where we know it."""
    name = say.addressed(facts.name)
    return _("Dear %(name)s,") % {"name": name} if name else _("Hello,")


def asked(facts: LetterFacts) -> str:
    """What was asked, and when it reached us."""
    line = _("your request reached us on %(day)s. You asked:") % {"day": say.day(facts.received_on)}
    return "\n".join([line, *(f"- {say.right(code)}" for code in facts.rights)])


def extension(facts: LetterFacts) -> str:
    """That it takes longer, why, and until when for each right."""
    lines = [
        _("We need more time to answer it.") + (f" {say.sentence(facts.reason)}" if facts.reason else ""),
        "",
        heading(_("Why")),
        say.own_words(facts.words),
        "",
        heading(_("When you get our answer")),
        *(f"- {due_line(code, facts)}" for code, _day in facts.due),
        "",
        _("We do not extend this a second time."),
    ]
    return "\n".join(lines)


def due_line(code: str, facts: LetterFacts) -> str:
    """A right and the last day for its answer."""
    found = dict(facts.due)[code]
    return f"{say.right(code)}: " + _("by %(day)s at the latest") % {"day": say.day(found)}


def question(facts: LetterFacts) -> str:
    """What we need to know before we act, and what must not be sent."""
    lines = [
        _(
            "Before we act on it we have to know that it is yours, so that nobody gets or erases the data of "
            "somebody else."
        ),
        "",
        heading(_("What we need to know")),
        say.own_words(facts.words),
        "",
        _("Do not send a copy of an identity document. We use your answer for this alone."),
    ]
    if facts.due_on:
        lines += [
            "",
            _(
                "We still mean to answer by %(day)s. Where the law lets the time wait for your answer, the days until "
                "it arrives are added; we tell you the day that counts."
            )
            % {"day": say.day(facts.due_on)},
        ]
    return "\n".join([*lines, "", _("If you did not send this request, tell us by replying to this message.")])


def clarification(facts: LetterFacts) -> str:
    """What we would like to know about what is wanted, and that nothing need be narrowed."""
    lines = [
        _("Before we answer we would like to know what exactly you want."),
        "",
        heading(_("What we need to know")),
        say.own_words(facts.words),
        "",
        _("You need not narrow your request: if you want everything, say so, and we look for everything."),
    ]
    if facts.due_on:
        lines += [
            "",
            _(
                "We still mean to answer by %(day)s. Where the law lets the time wait for your answer, the days until "
                "it arrives are added; we tell you the day that counts."
            )
            % {"day": say.day(facts.due_on)},
        ]
    return "\n".join(lines)


def fee(facts: LetterFacts) -> str:
    """What the answer costs and why, before anything is done."""
    lines = [
        _("Answering it costs something, as the law allows here."),
        "",
        heading(_("What it costs, and why")),
        say.own_words(facts.words),
        "",
        _("Nothing is charged before you agree."),
    ]
    if facts.day:
        withdraw = _("Until %(day)s you can withdraw your request; then you owe nothing.")
        lines.append(withdraw % {"day": say.day(facts.day)})
    return "\n".join(lines)


def lifting(facts: LetterFacts) -> str:
    """That a restriction ends, from when and why."""
    when = say.day(facts.day) if facts.day else ""
    return "\n".join(
        [
            _("At your request we have only stored your data, and used it for nothing."),
            _("From %(day)s on we use it again as our privacy policy says.") % {"day": when},
            "",
            heading(_("Why")),
            say.own_words(facts.words),
        ]
    )


def due(facts: LetterFacts) -> str:
    """When the answer comes, and that it costs nothing."""
    if facts.due_on:
        when = _("You get our answer by %(day)s at the latest.") % {"day": say.day(facts.due_on)}
    else:
        when = _("You get our answer within the time that our privacy policy promises, counted from that day.")
    return f"{when}\n" + _("It costs nothing. If we need to know more, we write to you at this address.")
