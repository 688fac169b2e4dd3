"""Set the stage: the policy, the people, a shop to be connected to, and some requests in the queue.

Everything goes through the services that the pages use, with earlier times. A second call finds
everything there and adds nothing.
"""

import datetime as dt
from pathlib import Path

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.api_keys import make_api_key
from accounts.logins.services import end_login, note_login
from accounts.models import ApiKey, EndReason, User
from accounts.services import add_identifier
from consent.services import How, set_preference
from consent.vocabulary import Door
from dsr.services.intake import Reach, file_for_person
from privacy.connectors.sample import build_sample_shop
from privacy.connectors.services import connect_systems
from privacy.connectors.systems_file import read_systems_file
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, Actor
from privacy.pages.demo.cast import DANA, OMAR, ROLES, Role, present_roles, user_of
from privacy.pages.demo.intake import remember_intake
from privacy.policy.selectors import has_policy
from privacy.policy.services import load_policy

POLICY = Path(__file__).resolve().parents[2] / "policy" / "data" / "demo_policy.yaml"
KEY_LABEL = "Demo shop"
DAY = dt.timedelta(days=1)


def key_file() -> Path:
    """Where the demo's API key stands, so that the story can show it again after a restart."""
    return settings.KEPT_HOME / "demo-api-key"


def shop_file() -> Path:
    return settings.KEPT_HOME / "sample-shop.sqlite3"


def install_demo(*, now: dt.datetime) -> bool:
    """Set the stage; False where it stands already. Demo mode must be on."""
    if not settings.KEPT_DEMO:
        raise RuntimeError("The demo is set up in demo mode only.")
    if not has_policy():
        load_policy(text=POLICY.read_text(encoding="utf-8"), actor=OPERATOR, now=now)
    _connect_shop(now)
    if present_roles():  # not all of them: whoever was erased while playing does not come back
        return False
    with transaction.atomic():
        for role in ROLES.values():
            _make_user(role, now)
        _remember_dana(now)
        remember_intake(now=now)
        _fill_queue(now)
    _make_key(now)
    return True


def _connect_shop(now: dt.datetime) -> None:
    path = shop_file()
    if path.exists():
        return
    systems = build_sample_shop(path)
    connect_systems(specs=read_systems_file(systems), actor=OPERATOR, now=now, is_demo=True)


def _make_user(role: Role, now: dt.datetime) -> None:
    """An account without a password: the demo's links and its second factor are the way in."""
    joined = now - 400 * DAY
    user = User.objects.create_user(
        role.email, None, name=role.name, is_staff=role.is_staff, is_demo=True, date_joined=joined
    )
    EmailAddress.objects.create(user=user, email=role.email, primary=True, verified=True)
    add_identifier(
        subject=user.subject,
        kind="email",
        value=role.email,
        source="account",
        actor=OPERATOR,
        now=now,
        verified=True,
        is_demo=True,
    )
    if role.is_staff:
        user.groups.add(Group.objects.get(name=role.group))
        TOTP.activate(user, generate_totp_secret())


def _remember_dana(now: dt.datetime) -> None:
    """What Dana did before today: choices, and logins, some of them older than their period."""
    dana = user_of(DANA)
    actor = Actor.subject(dana.subject_id, via="account")
    how = How(Door.SIGNED_IN)
    for days, purpose in ((90, "newsletter"), (90, "click_tracking"), (61, "product_news")):
        set_preference(
            subject_id=dana.subject_id, purpose_code=purpose, allow=True, how=how, actor=actor, now=now - days * DAY
        )
    browsers = ("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "Mozilla/5.0 (iPhone) Safari/605.1")
    for number, days in enumerate((900, 850, 120, 45, 9, 2)):
        at = now - days * DAY
        login = note_login(
            user=dana, ip="192.0.2.17", agent=browsers[number % 2], expires_at=at + dt.timedelta(hours=12), now=at
        )
        if login:
            end_login(login_id=login.pk, reason=EndReason.LOGOUT, now=at + dt.timedelta(minutes=20 + number))


def _fill_queue(now: dt.datetime) -> None:
    """Requests that wait for legal, with different days left."""
    agent = Actor.staff(user_of(OMAR).pk, via="desk")
    waiting = (
        ("Gita Demo", "gita.demo@example.com", ["access"], "post", 26, "Please send me a copy of my data."),
        (
            "Hugo Demo",
            "hugo.demo@example.com",
            ["erasure"],
            "phone",
            12,
            "He no longer orders and wants to be removed.",
        ),
        ("Ivy Demo", "ivy.demo@example.com", ["rectification"], "mail", 3, "My street is 88 Alder Street, not 98."),
    )
    for name, email, rights, channel, days, message in waiting:
        at = now - days * DAY
        file_for_person(
            rights=rights,
            channel=channel,
            received_on=clock.local_date(at, settings.KEPT_TIME_ZONE),
            reach=Reach(name=name, email=email),
            message=message,
            identity_level="V1",
            actor=agent,
            now=at,
            is_demo=True,
        )


def _make_key(now: dt.datetime) -> None:
    ApiKey.objects.filter(label=KEY_LABEL).delete()  # a key of a demo that was cut off while it was set up
    key = make_api_key(
        label=KEY_LABEL, scopes="decisions collect publish disclose", actor=OPERATOR, now=now, is_demo=True
    )
    path = key_file()
    path.touch(mode=0o600)
    path.write_text(key, encoding="utf-8")
