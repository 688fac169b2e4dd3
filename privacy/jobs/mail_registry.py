"""The mail templates: each renders a message from ids, in `<app>/mails.py`."""

from collections.abc import Callable
from dataclasses import dataclass

from privacy.jobs.models import MessageClass, OutboxMessage
from privacy.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that a mail carries. It is whole in memory, so whoever attaches one bounds it."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """Subject and plain text, as they leave the house; `html` says the same for programs that show it.

    `headers` are extra ones, such as list headers. `opt_out` is the address in the text by which the reader
    ends such messages: promotional mail without one does not leave. `files` are carried along.
    """

    subject: str
    text: str
    headers: tuple[tuple[str, str], ...] = ()
    html: str = ""
    opt_out: str = ""
    files: tuple[MailFile, ...] = ()

    def __post_init__(self) -> None:
        lines = [self.subject, *(part for header in self.headers for part in header)]
        if any(char in line for line in lines for char in "\r\n\0"):
            raise InvalidInput("A header line may not hold line breaks.", field="subject")

    @property
    def offers_opt_out(self) -> bool:
        """Whether whoever reads it, in either form, sees how to end it."""
        return bool(self.opt_out) and all(self.opt_out in body for body in (self.text, self.html) if body)


@dataclass(frozen=True, slots=True)
class MailTemplate:
    """One template and what its messages are for."""

    name: str
    message_class: MessageClass
    render: Callable[[OutboxMessage], RenderedMail]


_templates: dict[str, MailTemplate] = {}


def mail_template(
    name: str, *, message_class: MessageClass
) -> Callable[[Callable[[OutboxMessage], RenderedMail]], Callable[[OutboxMessage], RenderedMail]]:
    """Register the function that renders a template; ValueError where the name is taken."""

    def register(render: Callable[[OutboxMessage], RenderedMail]) -> Callable[[OutboxMessage], RenderedMail]:
        if name in _templates:
            raise ValueError(f"The mail template {name} is registered twice.")
        _templates[name] = MailTemplate(name, message_class, render)
        return render

    return register


def known_template(name: str) -> MailTemplate:
    """The template; KeyError where no app has it."""
    return _templates[name]
