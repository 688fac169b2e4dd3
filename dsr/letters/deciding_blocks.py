"""The blocks of letters about a decision that is not there yet, and about an appeal. As in `blocks`."""

from django.utils.translation import gettext as _

from dsr.letters import words as say
from dsr.letters.blocks import heading
from dsr.letters.facts import LetterFacts


def consequence(facts: LetterFacts) -> str:
    """What follows where we do what was asked, and where to confirm it. `reason` holds the lines of the policy."""
    lines = [
        _("We can do what you ask. Please read first what follows from it."),
        "",
        heading(_("What follows")),
        *(f"- {say.own_words(line)}" for line in facts.reason.splitlines() if line),
        "",
        say.own_words(facts.words),
        confirm_words(),
    ]
    return "\n".join(line for line in lines if line or line == "").replace("\n\n\n", "\n\n")


def confirm_words() -> str:
    """Where the person says yes or no."""
    return _(
        "Say on the page of your request whether you want that: open it from your account or by the link that we "
        "mailed you. From the moment of your yes it counts. Without it, nothing changes."
    )


def appeal_extension(facts: LetterFacts) -> str:
    """That the answer to an appeal takes longer, why, and until when."""
    return "\n".join(
        [
            heading(_("Your appeal")),
            _("We need more time to answer it.") + (f" {say.sentence(facts.reason)}" if facts.reason else ""),
            "",
            heading(_("Why")),
            say.own_words(facts.words),
            "",
            heading(_("When you get our answer")),
            appeal_until(facts),
            "",
            _("We do not extend this a second time."),
        ]
    )


def appeal_until(facts: LetterFacts) -> str:
    """The last day for the answer to an appeal; empty where none is known."""
    return _("by %(day)s at the latest") % {"day": say.day(facts.day)} if facts.day else ""


def appeal_answer(facts: LetterFacts) -> str:
    """What came of an appeal, with reasons. `reason` is granted, denied or denied_alone."""
    return "\n".join(
        [heading(_("Your appeal")), appeal_outcome(facts), "", heading(_("Why")), say.own_words(facts.words)]
    )


def appeal_outcome(facts: LetterFacts) -> str:
    """The decision in a sentence."""
    if facts.reason == "granted":
        return _("You are right. We decide again about what we had declined, and write to you once more.")
    if facts.reason == "denied_alone":  # nobody else could look
        return _("We looked at it again. Our answer stays as it was.")
    return _("Somebody who did not decide before looked at it again. Our answer stays as it was.")
