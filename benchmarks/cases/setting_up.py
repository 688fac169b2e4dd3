"""What the cases stand on: the demo policy, people with decisions, staff. Needs the scratch database."""

import json
from pathlib import Path

from django.db import connection, transaction

from accounts.api_keys import make_api_key
from accounts.models import User
from accounts.services import add_identifier
from consent.services import How, set_preference
from consent.vocabulary import Door
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, SYSTEM, Actor
from privacy.personal_data.models import Subject
from privacy.policy.selectors import has_policy
from privacy.policy.services import load_policy

POLICY = Path(__file__).resolve().parents[2] / "privacy" / "policy" / "data" / "demo_policy.yaml"
PURPOSE = "click_tracking"


def policy() -> None:
    """The demo policy, in force."""
    if not has_policy():
        load_policy(text=POLICY.read_text(encoding="utf-8"), actor=OPERATOR, now=clock.now())


def person(email: str, **fields: object) -> User:
    """Somebody with an account, an address that is theirs, and one decision."""
    policy()
    now = clock.now()
    with transaction.atomic():
        user = User(email=email, **fields)
        user.set_unusable_password()
        user.subject = Subject.objects.create()
        user.save(force_insert=True)
        add_identifier(
            subject=user.subject, kind="email", value=email, source="account", actor=SYSTEM, now=now, verified=True
        )
        set_preference(
            subject_id=user.subject_id,
            purpose_code=PURPOSE,
            allow=True,
            how=How(Door.SIGNED_IN),
            actor=Actor.subject(user.subject_id),
            now=now,
        )
    return user


def questions(people: int) -> tuple[str, list[str]]:
    """A key that may ask, and one question about each of so many people; a row for the bare SELECT of each."""
    bodies = []
    with transaction.atomic():
        for number in range(people):
            email = f"person{number}@bench.example"
            person(email)
            bodies.append(json.dumps({"subject": {"email": email}, "purpose": PURPOSE, "channel": "email"}))
        key = make_api_key(label="bench", scopes="decisions", actor=OPERATOR, now=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_select (id INTEGER PRIMARY KEY, decision VARCHAR(5) NOT NULL)")
        cursor.executemany("INSERT INTO bench_select VALUES (%s, 'allow')", [[number] for number in range(people)])
    return key, bodies


def lists(bodies: list[str], length: int = 100) -> list[str]:
    """Lists of so many questions, each beginning at another person."""
    return [
        json.dumps([json.loads(bodies[(start + number) % len(bodies)]) for number in range(length)])
        for start in range(0, len(bodies), max(1, len(bodies) // 10))
    ]
