"""A desk: a system without an interface, such as a paper archive, a mailbox or a vendor's form, behind its people."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import Group

from accounts.models import User
from privacy.connectors.desks.handler import DeskHandler
from privacy.connectors.desks.models import DeskQuestion
from privacy.connectors.desks.vocabulary import Ground, QuestionState
from privacy.connectors.kinds import Check, Connection, Option, SystemKind
from privacy.kernel import identifiers
from privacy.kernel.errors import InvalidInput
from privacy.policy.selectors import today

HOLDING = re.compile(r"([A-Za-z0-9][\w -]{0,58})(?:=([a-z][a-z0-9_]{0,58}))?")
KEEPING = re.compile(r"([A-Za-z0-9][\w -]{0,58})=([a-z_]{2,20}) (\d{1,3}) (days|months|years)")
SHOWN = ("email", "phone", "external", "device")
LONGEST_WAIT = 60


@dataclass(frozen=True, slots=True)
class Keeping:
    """What has to stay of a holding: its ground, and for how long from the day of the answer."""

    ground: str
    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class DeskSpec:
    """How a desk is asked. `owner` and `deputy`: the address of staff, a role, or an address outside the house.
    `holds`: what lies there → its category. `shows`: the kinds of identifiers that people see. `days`: to answer."""

    key: str
    label: str
    owner: str
    deputy: str
    holds: dict[str, str]
    keeps: dict[str, Keeping]
    shows: tuple[str, ...]
    days: int
    note: str


def parse(connection: Connection) -> DeskSpec:
    """Raises InvalidInput, naming the option and the mend."""
    holds, keeps = {}, {}
    for text in _parts(connection["holds"]):
        found = HOLDING.fullmatch(text)
        if not found:
            raise InvalidInput(
                "holds is a list of names, each with =CATEGORY where you like: letters=support.", field="holds"
            )
        holds[found[1].strip()] = found[2] or "support"
    for text in _parts(connection["keeps"]):
        kept = KEEPING.fullmatch(text)
        if not kept or kept[1].strip() not in holds or kept[2] not in Ground.values:
            raise InvalidInput(
                f"keeps is a list of NAME=GROUND N years, of what it holds: letters=legal_obligation 10 years. "
                f"Grounds: {', '.join(filter(None, Ground.values))}.",
                field="keeps",
            )
        keeps[kept[1].strip()] = Keeping(kept[2], int(kept[3]), kept[4])
    shows = tuple(_parts(connection["shows"])) or SHOWN
    if unknown := set(shows) - set(SHOWN):
        raise InvalidInput(f"shows has no {min(unknown)[:20]}: use {', '.join(SHOWN)}.", field="shows")
    days = connection["days"] or "10"
    if not days.isdecimal() or not 1 <= int(days) <= LONGEST_WAIT:
        raise InvalidInput(f"days is a number from 1 to {LONGEST_WAIT}.", field="days")
    owner, deputy = (_owner(connection[name], name) for name in ("owner", "deputy"))
    return DeskSpec(connection.key, connection.label, owner, deputy, holds, keeps, shows, int(days), connection["note"])


def _parts(text: str) -> list[str]:
    """A list as YAML writes it, or names between commas."""
    return [part.strip().strip("'\"") for part in text.strip("[]").split(",") if part.strip()]


def _owner(text: str, field: str) -> str:
    if "@" not in text:
        return text.strip()
    try:
        return identifiers.normalize("email", text)
    except InvalidInput as error:
        raise InvalidInput(error.message, field=field) from None


class Desk(SystemKind):
    """People who look for themselves and answer on a page of their own."""

    code, label = "desk", "People"
    options = (
        Option("owner", "who answers: the address of a member of staff, a role, or an address outside the house"),
        Option("holds", "what lies there: letters, contracts=contract"),
        Option("deputy", "who looks again after an erasure", default=""),
        Option("keeps", "what has to stay, and how long: contracts=legal_obligation 10 years", default=""),
        Option("shows", "which identifiers people need: email, phone, external, device", default=""),
        Option("days", "how many days people have", default="10"),
        Option("note", "where to look, for the people who do", default=""),
    )

    def check(self, connection: Connection) -> None:
        super().check(connection)
        parse(connection)

    def handler(self, connection: Connection) -> DeskHandler:
        return DeskHandler(parse(connection))

    def self_test(self, connection: Connection) -> Sequence[Check]:
        spec = parse(connection)
        checks = [_owner_check("Owner", spec.owner)]
        if spec.deputy:
            checks.append(_owner_check("Deputy", spec.deputy))
        late = DeskQuestion.objects.filter(desk=spec.key, state=QuestionState.OPEN, due_on__lt=today()).count()
        says = f"{late} questions are past their day." if late else "No question is past its day."
        return [*checks, Check("Answers", is_good=not late, says=says)]


def staff_of(owner: str) -> list[User]:
    """The members of staff behind an owner; none where that is an address outside the house."""
    rows = User.objects.filter(is_staff=True, is_active=True)
    found = rows.filter(email=owner) if "@" in owner else rows.filter(groups__name=owner)
    return list(found.order_by("date_joined", "pk"))


def _owner_check(label: str, owner: str) -> Check:
    staff = staff_of(owner)
    if staff:
        return Check(label, is_good=True, says=f"{len(staff)} of staff." if "@" not in owner else "A member of staff.")
    if "@" in owner:
        return Check(label, is_good=True, says="An address outside the house; a mailed link leads to each question.")
    known = Group.objects.filter(name=owner).exists()
    says = f"Nobody has the role {owner}." if known else f"There is no role {owner}, and it is no address."
    return Check(label, is_good=False, says=says)
