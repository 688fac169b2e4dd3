"""The fixed cast of the tests: alice and bob are subjects, omar the agent, lena and nora legal, mallory
has no rights."""

import time

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from accounts.services import add_identifier
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM

PASSWORD = "correct horse battery"


def make_user(email: str, *permissions: str, is_staff: bool = False) -> User:
    """A user with an identifier and these rights (codenames)."""
    user = User.objects.create_user(email, PASSWORD, name=email.partition("@")[0].title(), is_staff=is_staff)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    add_identifier(
        subject=user.subject, kind="email", value=email, source="account", actor=SYSTEM, now=clock.now(), verified=True
    )
    return user


@pytest.fixture
def alice(db: None) -> User:
    return make_user("alice@example.com")


@pytest.fixture
def bob(db: None) -> User:
    return make_user("bob@example.com")


@pytest.fixture
def mallory(db: None) -> User:
    return make_user("mallory@example.com")


@pytest.fixture
def omar(db: None) -> User:
    return make_user("omar@kept.example", "file_subject_request", is_staff=True)


@pytest.fixture
def lena(db: None) -> User:
    return make_user("lena@kept.example", "work_subject_request", "approve_erasure", is_staff=True)


@pytest.fixture
def nora(db: None) -> User:
    return make_user("nora@kept.example", "work_subject_request", "approve_erasure", is_staff=True)


def signed_in(user: User, *, second_factor: bool = True, proven_ago_s: int | None = 0) -> Client:
    """A browser in which this user is signed in, staff with the second factor proven.

    `proven_ago_s`: seconds since the last re-authentication; None for never. The real way in is
    walked by accounts/tests/test_sign_in.py.
    """
    client = Client()
    client.force_login(user)
    if user.is_staff and second_factor:
        if not Authenticator.objects.filter(user=user, type="totp").exists():
            TOTP.activate(user, generate_totp_secret())
        session = client.session
        record = {"method": "mfa", "type": "totp", "at": time.time() - (proven_ago_s or 0)}
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            {**record, "reauthenticated": True} if proven_ago_s is not None else record
        ]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    return client
