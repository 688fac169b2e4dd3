"""Who acts: carried by every service and written into every audit event."""

import enum
import uuid
from dataclasses import dataclass


class ActorKind(enum.StrEnum):
    """The kinds of actor that evidence distinguishes."""

    SUBJECT = "subject"  # the person, signed in or by a mailed link; id = subject
    STAFF = "staff"  # an agent or legal staff; id = user
    API = "api"  # a partner system; id = API key
    OPERATOR = "operator"  # somebody at the command line; no id
    SYSTEM = "system"  # a job; no id
    ANONYMOUS = "anonymous"  # a visitor who is not identified


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is a pseudonymous row id, never an address or a name; `via` is the door (code)."""

    kind: ActorKind
    id: uuid.UUID | None = None
    via: str = ""

    @classmethod
    def subject(cls, subject_id: uuid.UUID, via: str = "") -> "Actor":
        return cls(ActorKind.SUBJECT, subject_id, via)

    @classmethod
    def staff(cls, user_id: uuid.UUID, via: str = "") -> "Actor":
        return cls(ActorKind.STAFF, user_id, via)


SYSTEM = Actor(ActorKind.SYSTEM)
OPERATOR = Actor(ActorKind.OPERATOR, via="command")
ANONYMOUS = Actor(ActorKind.ANONYMOUS)
