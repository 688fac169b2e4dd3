"""Words of correspondence: who said it, and by what."""

import enum


class Direction(enum.StrEnum):
    """From whom to whom."""

    IN = "in"
    OUT = "out"


class Medium(enum.StrEnum):
    """By what it was said."""

    FORM = "form"
    MAIL = "mail"
    PHONE = "phone"
    CHAT = "chat"
    POST = "post"
    API = "api"


class Kind(enum.StrEnum):
    """What a message is, besides words of somebody."""

    WORDS = "words"
    BOUNCE = "bounce"  # a mail of ours came back


class Scanned(enum.StrEnum):
    """What the virus scanner said of a file."""

    CLEAN = "clean"
    NOT_CONFIGURED = "not_configured"
    WAITS = "waits"  # it was not asked yet, or does not answer
    FOUND = "found"  # the file is gone
    TOO_MUCH = "too_much"  # more than it looks at


MEDIUM_WORDS = {
    Medium.FORM: "our form",
    Medium.MAIL: "email",
    Medium.PHONE: "phone",
    Medium.CHAT: "chat or message",
    Medium.POST: "post",
    Medium.API: "one of our sites or apps",
}
