"""The blocks that say what a person can do about an answer, and how to reach us. As in `blocks`."""

from django.utils.translation import gettext as _

from dsr.letters import words as say
from dsr.letters.blocks import heading
from dsr.letters.facts import LetterFacts
from dsr.letters.regimes import law_of_letter


def appeal(facts: LetterFacts) -> str:
    """How to appeal to us, where the law knows that and something was declined."""
    found = [regime for regime, _named in facts.laws if law_of_letter(regime).has_appeal]
    if not found or not facts.is_declined:
        return ""
    return "\n".join([heading(_("Appeal")), *map(appeal_words, found), appeal_denied()])


def appeal_words(regime: str) -> str:
    """How to appeal, and in how many days we answer."""
    law = law_of_letter(regime)
    text = _(
        "You can appeal this decision to us within a reasonable time: reply to this message with your reference and "
        "the word “appeal”, or use the page of your request. Where we can, somebody who did not decide looks at it. We "
        "answer in writing, with reasons, within %(days)s days."
    ) % {"days": law.appeal_days}
    if law.appeal_longer:
        text += " " + _("We may need up to %(days)s days more, and then tell you why.") % {"days": law.appeal_longer}
    return text


def appeal_denied() -> str:
    """Whom to turn to when we deny the appeal."""
    return _("If we deny the appeal, you can complain to the attorney general named below.")


def complaint(facts: LetterFacts) -> str:
    """To whom to complain, with name and address."""
    lines = [heading(_("If you disagree")), _("Reply to this message with your reference.")]
    for regime, authorities in facts.laws:
        law = law_of_letter(regime)
        if law.us_first:
            lines.append(_("You may complain to us first: we confirm that it arrived and tell you what came of it."))
        lines.append(complaint_words(regime))
        if law.days_to_complain:
            lines.append(_("Do so within %(days)s days of this letter.") % {"days": law.days_to_complain})
        lines += [f"- {say.sentence(each.name)}\n  {each.address}" for each in authorities]
    return "\n".join(lines)


def complaint_words(regime: str) -> str:
    """That a complaint is possible, with its article."""
    law = law_of_letter(regime)
    is_elsewhere = regime == "EU-GDPR"
    text = (
        _("You may complain to a data protection authority, for example where you live or work")
        if is_elsewhere
        else _("You may complain to the authority named here")
    )
    return f"{text} ({law.complaint}):" if law.complaint else f"{text}:"


def court(facts: LetterFacts) -> str:
    """That a court can be asked, where the law says so."""
    return "\n".join(court_words(regime) for regime, _named in facts.laws if law_of_letter(regime).court)


def court_words(regime: str) -> str:
    """That a court can be asked, with the article."""
    return _("You may also go to court (%(article)s).") % {"article": law_of_letter(regime).court}


def contact(facts: LetterFacts) -> str:
    """Who answers, and how to reach them."""
    lines = [f"- {say.sentence(label)}: {address}" for label, address in facts.controller.contacts]
    return "\n".join([heading(_("How to reach us")), facts.controller.name, *lines])
