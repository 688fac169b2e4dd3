"""The words that a policy file may use where it has to choose one."""

import enum


class Word(enum.StrEnum):
    """Base of the vocabularies: the value stands in files and rows, the label on pages."""

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


class Basis(Word):
    """The legal basis of a purpose (Article 6; soft opt-in by ePrivacy 13(2))."""

    CONSENT = "consent"
    LEGITIMATE_INTEREST = "legitimate_interest"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    SOFT_OPT_IN = "soft_opt_in"


class Switch(Word):
    """What a person can do about a purpose on the preferences page."""

    CONSENT = "consent"  # off until granted, withdrawn at any time
    OPT_OUT = "opt_out"  # on until declined (soft opt-in)
    OBJECTION = "objection"  # on until objected to
    LOCKED = "locked"  # shown as needed


_SWITCHES = {
    Basis.CONSENT: Switch.CONSENT,
    Basis.SOFT_OPT_IN: Switch.OPT_OUT,
    Basis.LEGITIMATE_INTEREST: Switch.OBJECTION,
    Basis.CONTRACT: Switch.LOCKED,
    Basis.LEGAL_OBLIGATION: Switch.LOCKED,
}


def switch_for(basis: Basis) -> Switch:
    """The control that follows from the basis; a file cannot choose another."""
    return _SWITCHES[basis]


class MessageClass(Word):
    """What kind of message a purpose sends; `none` where it sends nothing."""

    NONE = "none"
    TRANSACTIONAL = "transactional"
    REMINDER = "reminder"
    NOTICE = "notice"
    SECRET = "secret"  # noqa: S105 - a class of messages, not a password
    PROMOTIONAL = "promotional"


class Channel(Word):
    """By which way a purpose reaches a person."""

    EMAIL = "email"
    PHONE = "phone"
    SMS = "sms"
    MESSAGING = "messaging"
    PUSH = "push"
    POST = "post"
    WEB = "web"


class Group(Word):
    """Under which heading a purpose stands on the preferences page."""

    SERVICE = "service"
    MESSAGES = "messages"
    MEASUREMENT = "measurement"
    PUBLICATION = "publication"
    SHARING = "sharing"


class RecipientRole(Word):
    """What a recipient is to the controller."""

    PROCESSOR = "processor"
    AFFILIATE = "affiliate"
    PARTNER = "partner"
    PUBLISHER = "publisher"
    AUTHORITY = "authority"
    SUCCESSOR = "successor"


class Mechanism(Word):
    """What makes a transfer lawful. Using the service is not on this list (promise S62)."""

    STANDARD_CLAUSES = "standard_clauses"
    ADEQUACY = "adequacy"
    BINDING_RULES = "binding_rules"


class RetentionAction(Word):
    """What happens at the end of a period."""

    DELETE = "delete"
    ANONYMIZE = "anonymize"
    TRUNCATE = "truncate"  # shorten an address, keep the row


class Treatment(Word):
    """What a browser signal does here."""

    HONORED = "honored"
    IGNORED = "ignored"


class Right(Word):
    """The rights that a person can invoke; the codes of subject requests."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    PORTABILITY = "portability"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    MARKETING_OBJECTION = "marketing_objection"
    CONSENT_WITHDRAWAL = "consent_withdrawal"
    SAFEGUARDS_COPY = "safeguards_copy"
    QUESTION = "question"
    CHILD_DATA = "child_data"


class ButtonAct(Word):
    """What a control on a surface does."""

    ACCEPT = "accept"
    DECLINE = "decline"
    ACCEPT_ALL = "accept_all"
    DECLINE_ALL = "decline_all"
    CHOOSE = "choose"  # leads to single choices
    LATER = "later"  # leaves it open


class ButtonLook(Word):
    """What a control looks like."""

    BUTTON = "button"
    LINK = "link"


class ButtonWeight(Word):
    """How much a control stands out."""

    PLAIN = "plain"
    STRONG = "strong"
    FAINT = "faint"


class NoticeStatus(Word):
    """What became of a notice (W3C DPV)."""

    USED = "notice_used"  # what people are shown today
    UNUSED = "notice_unused"  # drafted or published for a later day
    STALE = "notice_stale"  # grants under it do not count any more
    UPDATED = "notice_updated"  # another text took its place


class ChangeKind(Word):
    """What a new version does to a purpose."""

    NEW = "new"
    SAME = "same"
    MINOR = "minor"
    MATERIAL = "material"
