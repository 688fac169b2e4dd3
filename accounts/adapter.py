"""How allauth is bent to Kept: people get a subject, every mail goes through the outbox, secrets of
second factors are encrypted."""

import uuid
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import make_password
from django.contrib.sites.shortcuts import get_current_site
from django.db import transaction
from django.http import HttpRequest

from accounts.logins.rules import clean_address
from accounts.logins.services import end_logins, revoke_logins
from accounts.models import EndReason, User
from accounts.services import welcome_user
from privacy.jobs.outbox import queue_mail
from privacy.kernel import clock
from privacy.kernel.keyring import keyring
from privacy.personal_data.models import Subject

MFA_CONTEXT = "mfa.authenticator"


class AccountAdapter(DefaultAccountAdapter):
    """allauth's hooks."""

    @transaction.atomic
    def save_user(
        self,
        request: HttpRequest,
        user: AbstractBaseUser,
        form: Any,
        commit: bool = True,  # noqa: FBT001, FBT002 - allauth's own signature
    ) -> AbstractBaseUser:
        """A new user has a subject of their own; an address proves nothing before it is confirmed."""
        assert isinstance(user, User)  # noqa: S101 - AUTH_USER_MODEL is ours
        user.subject = Subject.objects.create(created_at=clock.now())
        super().save_user(request, user, form, commit=commit)
        return user

    @transaction.atomic
    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """A new password ends every session, and the login history says that this was why."""
        assert isinstance(user, User)  # noqa: S101 - AUTH_USER_MODEL is ours
        super().set_password(user, password)
        end_logins(subject_id=user.subject_id, reason=EndReason.PASSWORD_CHANGE, now=clock.now())

    @transaction.atomic
    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        """A confirmed address becomes an identifier of the person, and finds what was known under it."""
        confirmed: bool = super().confirm_email(request, email_address)
        if confirmed:
            welcome_user(user=email_address.user, email=email_address.email, now=clock.now())
        return confirmed

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render as allauth does, and queue instead of sending."""
        request = allauth_context.request
        message = self.render_mail(
            template_prefix,
            email,
            {
                "request": request,
                "email": email,
                "current_site": get_current_site(request),
                "site_name": settings.SITE_NAME,
                "base_url": settings.KEPT_BASE_URL,
                **context,
            },
        )
        now = clock.now()
        user = User.objects.filter(email=email.lower()).only("subject_id", "is_demo").first()
        queue_mail(
            "accounts.message",
            idem_key=f"accounts.message:{uuid.uuid4()}",
            to=email,
            context={"prefix": template_prefix},
            secret={"subject": message.subject, "text": message.body},
            subject_id=user.subject_id if user else None,
            now=now,
            is_demo=bool(user and user.is_demo),
        )

    def send_account_already_exists_mail(self, email: str) -> None:
        """Whoever signs up with a known address waits as long as with a new one: hashing takes most of the time."""
        make_password("in vain")
        super().send_account_already_exists_mail(email)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """A mailed link leads to our own address, whatever host name the request was sent to."""
        return _own(super().get_email_confirmation_url(request, emailconfirmation))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """As above: a forged host name must not get the token."""
        return _own(super().get_reset_password_from_key_url(key))

    def get_from_email(self) -> str:
        return settings.DEFAULT_FROM_EMAIL

    def format_email_subject(self, subject: str) -> str:
        return f"{settings.SITE_NAME}: {subject}"

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that the connection came from; a header only where a proxy is configured."""
        return client_ip(request)


def _own(url: str) -> str:
    return f"{settings.KEPT_BASE_URL}{urlsplit(url).path}"


def user_words(user: User) -> str:
    """What a page of the account calls its user."""
    return user.name or user.email


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Whoever ends sessions from a list, by whatever door: the login history says so."""

    @transaction.atomic
    def end_sessions(self, sessions: list[UserSession]) -> None:
        revoke_logins(sessions=sessions, now=clock.now())
        super().end_sessions(sessions)


def client_ip(request: HttpRequest) -> str:
    """The client's address; empty for what is none. Behind our own proxy (KEPT_BEHIND_PROXY) the last hop it noted."""
    return clean_address(_claimed_ip(request)) or ""


def _claimed_ip(request: HttpRequest) -> str:
    if settings.KEPT_BEHIND_PROXY:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        if hops:
            return str(hops[-1])
    return str(request.META.get("REMOTE_ADDR", ""))


class MFAAdapter(DefaultMFAAdapter):
    """allauth's second-factor hooks."""

    def get_totp_issuer(self) -> str:
        return settings.SITE_NAME

    def encrypt(self, text: str) -> str:
        return keyring().seal(text.encode(), context=MFA_CONTEXT, use="mfa")

    def decrypt(self, encrypted_text: str) -> str:
        return keyring().open(encrypted_text, context=MFA_CONTEXT, use="mfa").decode()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Staff never work without a second factor; they replace it instead of deleting it."""
        return not authenticator.user.is_staff
