"""Who takes part in a drill and what each asks for, made before the first kill."""

import random
import sqlite3
import uuid
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import Permission

import privacy.policy
from accounts.models import User
from accounts.services import add_identifier
from dsr.letters.pdf import Printed, letter_pdf
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR, SYSTEM
from privacy.policy.selectors import today
from privacy.policy.services import load_policy
from privacy.registers.safeguards.selectors import transfers
from privacy.registers.safeguards.services import add_document

# What two hundred requests are made of. "web" waits for its mailed link, "desk" is filed by an agent.
MIX = {
    "erase_web": 35,
    "erase_account": 25,
    "erase_desk": 25,
    "erase_held": 15,
    "refuse": 15,
    "withdraw": 10,
    "access": 10,
    "choose": 15,
    "access_case": 8,
    "portability": 6,
    "correct": 8,
    "correct_own": 8,
    "restrict": 6,
    "object": 6,
    "no_marketing": 4,
    "withdraw_consent": 4,
    "sell_nothing": 4,
    "limit": 4,
    "safeguards": 4,
    "look_again": 4,
    "erase_child": 6,
    "complain": 4,
    "ask": 4,
}
# The kinds that staff answers, each with its right. "correct_own" is entered by the person.
ANSWERED = {
    "access_case": "access",
    "portability": "portability",
    "correct": "rectification",
    "correct_own": "rectification",
    "restrict": "restriction",
    "object": "objection",
    "no_marketing": "marketing_objection",
    "withdraw_consent": "consent_withdrawal",
    "sell_nothing": "sale_opt_out",
    "limit": "limit_sensitive",
    "safeguards": "safeguards_copy",
    "look_again": "automated_decision",
    "erase_child": "child_report",
    "complain": "complaint",
    "ask": "question",
}
AT_ONCE = {"no_marketing", "withdraw_consent", "sell_nothing", "limit"}  # Kept answers them alone, as they are filed
BY_PACKAGE = {"access_case", "portability", "safeguards"}
LAST = {"refuse": "refused", "withdraw": "withdrawn"}  # the state in which a request ends; else closed
OUTSIDE_ROWS = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """One request of the drill: `kind` as in MIX, by the person of this address."""

    kind: str
    email: str
    subject_id: uuid.UUID
    user_id: uuid.UUID

    @property
    def is_case(self) -> bool:
        return self.kind not in {"access", "choose"}

    @property
    def last_state(self) -> str:
        return LAST.get(self.kind, "closed")


@dataclass(frozen=True, slots=True)
class Scene:
    """The wishes in the order in which they come, and the staff by name."""

    wishes: tuple[Wish, ...]
    staff: dict[str, uuid.UUID]


def kinds(requests: int, chance: random.Random) -> list[str]:
    """So many kinds in the proportions of MIX, shuffled; each kind at least once."""
    total = sum(MIX.values())
    found = [kind for kind, share in MIX.items() for _ in range(max(1, round(requests * share / total)))]
    chance.shuffle(found)
    return found


def outside_rows(store: Path, emails: list[str]) -> None:
    """Give every person rows in the outside system."""
    with sqlite3.connect(store) as db:
        rows = [(f"{email.split('@')[0]}-{number}", email) for email in emails for number in range(OUTSIDE_ROWS)]
        db.executemany("INSERT INTO held VALUES (?, ?)", rows)
    db.close()


def make_scene(requests: int, chance: random.Random, store: Path) -> Scene:
    """Load the policy, make staff and people, and fill the outside system."""
    file = Path(privacy.policy.__file__).parent / "data" / "demo_policy.yaml"
    load_policy(text=file.read_text(encoding="utf-8"), actor=OPERATOR, now=clock.now())
    staff = {name: _staff(name) for name in ("omar", "lena", "nora")}
    add_document(
        title="Clauses",
        version="1",
        codes=sorted(transfers()),
        in_force_on=today(),
        data=letter_pdf(Printed("The clauses of the drill.", "en", "drill", "", "", today())),
        name="clauses.pdf",
        actor=OPERATOR,
        now=clock.now(),
    )
    wishes = [_wish(number, kind) for number, kind in enumerate(kinds(requests, chance))]
    outside_rows(store, [wish.email for wish in wishes])
    return Scene(tuple(wishes), staff)


def _staff(name: str) -> uuid.UUID:
    user = User.objects.create_user(f"{name}@kept.example", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label__in=["dsr", "retention"]))
    return user.pk


def _wish(number: int, kind: str) -> Wish:
    email = f"person{number}@drill.example"
    user = User.objects.create_user(email, name=f"Person {number}")
    add_identifier(
        subject=user.subject, kind="email", value=email, source="account", actor=SYSTEM, now=clock.now(), verified=True
    )
    return Wish(kind, email, user.subject_id, user.pk)
