"""Controls of the promises that correspondence keeps."""

from django.conf import settings
from django.db.models import F

from dsr.correspondence.mailing.reader import read_request
from dsr.correspondence.models import Attachment, Message
from dsr.models import SubjectRequest
from dsr.states import Channel
from privacy.jobs.mailbox.handling import is_registered
from privacy.jobs.mailbox.reading import addresses
from privacy.policy.board import ControlAnswer, control, green, not_configured, red


def check_mail() -> ControlAnswer:
    """The mailboxes are read, and what asks for something becomes a request."""
    if not is_registered(read_request):
        return red("Nobody reads requests that come by mail.")
    if not settings.KEPT_MAILBOX_URL:
        return not_configured("No mailbox is read; agents file what comes by mail. Set KEPT_MAILBOX_URL.")
    count = SubjectRequest.objects.filter(channel=Channel.MAIL, filed_by=None, is_demo=False).count()
    return green(f"{len(addresses())} mailboxes feed one queue; {count} requests came by mail.")


def check_thread() -> ControlAnswer:
    """What came by mail and became a request counts from its own time, and its words stand in the thread."""
    cases = SubjectRequest.objects.filter(channel=Channel.MAIL, is_demo=False)
    mails = Message.objects.filter(subject_request__in=cases).exclude(source_key="")
    if late := mails.filter(subject_request__filed_by=None, subject_request__received_at__gt=F("at")).count():
        return red(f"{late} requests count from after the mail that they came by.")
    return green(f"{mails.count()} mails stand in the threads of requests, each with its own time.")


def check_post() -> ControlAnswer:
    """Letters are filed with their day, and scans lie sealed."""
    cases = SubjectRequest.objects.filter(channel=Channel.POST, is_demo=False)
    scans = Attachment.objects.filter(message__subject_request__in=cases)
    if without := scans.filter(file="", why_not="").count():
        return red(f"{without} scans have no file.")
    return green(f"{cases.count()} letters filed, {scans.count()} scans of them lie sealed.")


def check_media() -> ControlAnswer:
    """By how many media people have asked."""
    used = SubjectRequest.objects.filter(is_demo=False).values_list("channel", flat=True).distinct().order_by()
    return green(f"Requests can come by {len(Channel)} ways; {len(set(used))} of them were used.")


control(15, code="correspondence.every_medium", label="Requests by phone, chat, mail, post", check=check_media)
control(28, code="correspondence.keeps_the_mail", label="A mail becomes a request with its thread", check=check_thread)
control(100, code="correspondence.scanned_post", label="Letters filed with their day and scan", check=check_post)
control(99, code="correspondence.mail_intake", label="Mail to our addresses becomes requests", check=check_mail)
