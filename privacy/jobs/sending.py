"""Send one mail: say that we are about to, talk to the server, say what it answered.

What happens between the first and the last commit nobody can know after a crash: such a mail is
*uncertain*. A reminder is then repeated under the same Message-ID; a notice or a secret waits for a
human.
"""

import smtplib
import ssl
import uuid
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.db import transaction

from privacy.audit.services import record
from privacy.jobs import send_gate
from privacy.jobs.audit_events import MAIL_ACCEPTED, MAIL_REFUSED, MAIL_UNCERTAIN
from privacy.jobs.claiming import Claim
from privacy.jobs.mail_registry import RenderedMail, known_template
from privacy.jobs.models import CapturedMail, MessageClass, OutboxMessage, SendState
from privacy.jobs.outbox import may_repeat
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM
from privacy.kernel.ready import Ready
from privacy.kernel.statements import change, insert_unless

MESSAGE = Ready(lambda one: OutboxMessage.objects.select_for_update().filter(pk=one))
Answer = dict[str, int | str]
NOTHING: Answer = {"answer": "nothing_to_send"}
NO_OPT_OUT = "no_opt_out"
TIMEOUT_SECONDS = 20
POLICY = SMTP.clone(max_line_length=998)  # folded list headers break DKIM at some servers


class MailServerBusy(Exception):
    """The server did not take the mail, and said or showed so. It is tried again."""


class AnswerLost(Exception):
    """The connection broke after the text was sent: accepted or not, nobody can know."""


class NotAnyMore(Exception):
    """What was allowed when the mail was marked is not allowed now; `reason` is the gate's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(Exception):
    """The server refused for good; `code` is its number."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def send_mail(claim: Claim) -> Answer:
    """Do one send job."""
    if not settings.KEPT_SMTP_URL:
        return _capture(claim)
    message = _intend(claim)
    if message is None:
        return NOTHING
    rendered = known_template(message.template).render(message)
    if _lacks_opt_out(message, rendered):
        return _conclude(claim, message, SendState.REFUSED, NO_OPT_OUT)
    try:
        _transmit(message, rendered)
    except NotAnyMore as refusal:
        return _conclude(claim, message, SendState.REFUSED, refusal.reason)
    except Refused as refusal:
        return _conclude(claim, message, SendState.GIVEN_UP, f"server_{refusal.code}")
    except MailServerBusy:
        _requeue(claim, message)
        raise
    except AnswerLost:
        return _doubt(claim, message)
    return _conclude(claim, message, SendState.SENT, "")


def _intend(claim: Claim) -> OutboxMessage | None:
    """Commit that we are about to send; None where there is nothing to send or nobody may."""
    with transaction.atomic():
        message = _due(claim)
        if message is not None:
            message.state = SendState.SENDING
            message.attempts += 1
            change(message, "state", "attempts")
        return message


def _due(claim: Claim) -> OutboxMessage | None:
    """The message, locked, where it is to be sent and may be; what else became of it is noted."""
    claim.hold()
    message = MESSAGE.get(uuid.UUID(str(claim.payload["message"])))
    if message.state == SendState.SENDING and not may_repeat(message):
        _mark_uncertain(message)  # an earlier attempt was cut off in the middle
        return None
    if message.state not in {SendState.QUEUED, SendState.SENDING}:
        return None
    answer = send_gate.ask(message)
    if answer.allowed:
        return message
    _blank(message, SendState.REFUSED, answer.reason)
    record(
        MAIL_REFUSED,
        actor=SYSTEM,
        at=claim.now,
        subject_id=message.subject_id,
        target=message,
        is_demo=message.is_demo,
        template=message.template,
        reason=answer.reason,
    )
    return None


def _conclude(claim: Claim, message: OutboxMessage, state: SendState, reason: str) -> Answer:
    """Say what became of it; LostLease, and nothing is said, where the job is another worker's by now."""
    with transaction.atomic():
        claim.hold()
        return _end(claim, message, state, reason)


def _end(claim: Claim, message: OutboxMessage, state: SendState, reason: str) -> Answer:
    """In a transaction that holds the job."""
    if state == SendState.SENT:
        message.accepted_at = claim.now
    _blank(message, state, reason)
    record(
        MAIL_ACCEPTED if state == SendState.SENT else MAIL_REFUSED,
        actor=SYSTEM,
        at=claim.now,
        target=message,
        subject_id=message.subject_id,
        is_demo=message.is_demo,
        template=message.template,
        **({} if state == SendState.SENT else {"reason": reason}),
    )
    answer: Answer = {"answer": state.value}
    claim.finish(answer)
    return answer


def _doubt(claim: Claim, message: OutboxMessage) -> Answer:
    if may_repeat(message):
        raise MailServerBusy
    with transaction.atomic():
        claim.hold()
        _mark_uncertain(message)
        claim.finish({"answer": SendState.UNCERTAIN.value})
    return {"answer": SendState.UNCERTAIN.value}


def _mark_uncertain(message: OutboxMessage) -> None:
    OutboxMessage.objects.filter(pk=message.pk).update(state=SendState.UNCERTAIN)
    record(
        MAIL_UNCERTAIN,
        actor=SYSTEM,
        at=clock.now(),
        subject_id=message.subject_id,
        target=message,
        is_demo=message.is_demo,
        template=message.template,
    )


def _requeue(claim: Claim, message: OutboxMessage) -> None:
    with transaction.atomic():
        claim.hold()
        OutboxMessage.objects.filter(pk=message.pk, state=SendState.SENDING).update(state=SendState.QUEUED)


def _lacks_opt_out(message: OutboxMessage, rendered: RenderedMail) -> bool:
    return message.message_class == MessageClass.PROMOTIONAL and not rendered.offers_opt_out


def _blank(message: OutboxMessage, state: SendState, reason: str) -> None:
    """The end of a message: nothing personal stays in its row."""
    message.state, message.reason, message.recipient, message.secret_text = state, reason, "", ""
    change(message, "state", "attempts", "reason", "recipient", "secret_text", "accepted_at")


def build(message: OutboxMessage, rendered: RenderedMail) -> EmailMessage:
    """The mail as it goes over the wire."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = sender_of(message)
    mail["To"] = message.recipient
    mail["Subject"] = rendered.subject
    mail["Message-ID"] = message.message_id
    mail["Date"] = format_datetime(message.created_at)
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in rendered.headers:
        mail[name] = value
    mail.set_content(rendered.text)
    if rendered.html:
        mail.add_alternative(rendered.html, subtype="html")
    for file in rendered.files:
        main, _, sub = file.media_type.partition("/")
        mail.add_attachment(file.data, maintype=main, subtype=sub, filename=file.name)
    return mail


def sender_of(message: OutboxMessage) -> str:
    """Promotional mail has a sender of its own where one is set, so that its fame does not hurt the mail one needs."""
    is_promotional = message.message_class == MessageClass.PROMOTIONAL
    return str(settings.KEPT_PROMOTIONAL_FROM if is_promotional else settings.DEFAULT_FROM_EMAIL)


def _ask_again(message: OutboxMessage) -> None:
    """The last moment: a server may have kept us waiting since the mail was marked. NotAnyMore for a no."""
    if message.message_class != MessageClass.PROMOTIONAL:
        return
    with transaction.atomic():
        answer = send_gate.ask(message)
    if not answer.allowed:
        raise NotAnyMore(answer.reason)


def _capture(claim: Claim) -> Answer:
    """Without a mail server it is kept here, to be read, together with the word that it is: nothing can be cut off in
    between, so there is nothing to say before."""
    with transaction.atomic():
        message = _due(claim)
        if message is None:
            return NOTHING
        rendered = known_template(message.template).render(message)
        message.attempts += 1
        if _lacks_opt_out(message, rendered):
            return _end(claim, message, SendState.REFUSED, NO_OPT_OUT)
        kept = CapturedMail(
            outbox=message,
            recipient=message.recipient,
            subject=rendered.subject,
            text=rendered.text,
            is_demo=message.is_demo,
        )
        insert_unless(kept, "outbox_id")  # an earlier attempt may have kept it
        return _end(claim, message, SendState.SENT, "")


def _transmit(message: OutboxMessage, rendered: RenderedMail) -> None:
    mail = build(message, rendered).as_bytes()
    is_text_sent = False
    try:
        server = _connect()
    except (OSError, smtplib.SMTPException):
        raise MailServerBusy from None
    try:
        server.ehlo_or_helo_if_needed()
        _check(server.mail(sender_of(message))[0])
        _check(server.rcpt(message.recipient)[0])
        _ask_again(message)
        is_text_sent = True  # from here on a lost answer may mean accepted
        _check(server.data(mail)[0])
    except smtplib.SMTPResponseException as error:
        _check(error.smtp_code)
        raise MailServerBusy from None
    except (OSError, smtplib.SMTPException):
        raise (AnswerLost if is_text_sent else MailServerBusy) from None
    finally:
        server.close()  # no QUIT: its answer could not change anything any more


NOT_NOW, NEVER = 400, 500


def _check(code: int) -> None:
    """SMTP (RFC 5321 4.2.1): 2xx taken, 4xx not now, 5xx never."""
    if code >= NEVER:
        raise Refused(code)
    if code >= NOT_NOW:
        raise MailServerBusy


def _connect() -> smtplib.SMTP:
    url = urlsplit(settings.KEPT_SMTP_URL)
    tls = parse_qs(url.query).get("tls", ["none" if url.scheme == "smtp" else "tls"])[0]
    host, port = url.hostname or "127.0.0.1", url.port or (465 if tls == "tls" else 25)
    server: smtplib.SMTP
    if tls == "tls":
        server = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        if tls == "starttls":
            server.starttls(context=ssl.create_default_context())
    if url.username:
        server.login(unquote(url.username), unquote(url.password or ""))
    return server
