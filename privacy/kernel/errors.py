"""Named errors of the domain. Doors turn them into a sentence for a person, never a traceback.

Texts carry no personal value: they may be logged and shown to anyone.
"""


class DomainError(Exception):
    """A rule said no.

    `message` says what is wrong and how to mend it; `field` names the input, where one is at fault;
    `code` is stable for programs.
    """

    code = "refused"
    http_status = 400

    def __init__(self, message: str, *, field: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code:
            self.code = code


class InvalidInput(DomainError):
    """What was given cannot be used; `field` names it."""

    code = "invalid"


class StaleState(DomainError):
    """Somebody else changed it first: a compare-and-set lost the race."""

    code = "stale"
    http_status = 409


class NotAllowed(DomainError):
    """This actor may not do that."""

    code = "not_allowed"
    http_status = 403


class NotFound(DomainError):
    """There is no such thing for this actor; the same answer whether it exists elsewhere."""

    code = "not_found"
    http_status = 404


class WrongMethod(DomainError):
    """This door answers another method."""

    code = "wrong_method"
    http_status = 405


class Unaudited(DomainError):
    """An act was tried outside a transaction or with an unregistered event type."""

    code = "unaudited"
    http_status = 500
