"""The states of a subject request and the one table of lawful transitions. Pure."""

import enum


class State(enum.StrEnum):
    """Where a subject request stands."""

    UNCONFIRMED = "unconfirmed"  # filed, the address is not confirmed yet; the clock runs already
    RECEIVED = "received"  # in the queue of legal
    PREPARED = "prepared"  # a plan is frozen and waits for the second person
    RUNNING = "running"  # approved; steps are executed
    BLOCKED = "blocked"  # a system did not answer, or something was found beyond the plan
    CLOSED = "closed"  # answered, with an answer from every system
    REFUSED = "refused"  # answered with a ground
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"  # closed unverified, after the last message said so


OPEN = frozenset({State.UNCONFIRMED, State.RECEIVED, State.PREPARED, State.RUNNING, State.BLOCKED})

TRANSITIONS: dict[State, frozenset[State]] = {
    State.UNCONFIRMED: frozenset({State.RECEIVED, State.WITHDRAWN, State.EXPIRED}),
    State.RECEIVED: frozenset({State.PREPARED, State.REFUSED, State.CLOSED, State.WITHDRAWN}),
    State.PREPARED: frozenset({State.RECEIVED, State.RUNNING, State.WITHDRAWN}),
    State.RUNNING: frozenset({State.BLOCKED, State.CLOSED}),
    State.BLOCKED: frozenset({State.RUNNING, State.PREPARED, State.CLOSED}),
    State.EXPIRED: frozenset({State.RECEIVED}),
    State.CLOSED: frozenset(),
    State.REFUSED: frozenset(),
    State.WITHDRAWN: frozenset(),
}


class Right(enum.StrEnum):
    """What a person can ask for. Part of the first release: access and erasure run by themselves."""

    ACCESS = "access"
    ERASURE = "erasure"
    RECTIFICATION = "rectification"
    PORTABILITY = "portability"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    QUESTION = "question"


class Channel(enum.StrEnum):
    """How a subject request reached us."""

    WEB = "web"
    ACCOUNT = "account"
    MAIL = "mail"
    PHONE = "phone"
    CHAT = "chat"
    POST = "post"
    API = "api"


class StepState(enum.StrEnum):
    """Where one system or table of a run stands."""

    PENDING = "pending"
    DONE = "done"
    UNAVAILABLE = "unavailable"  # the system did not answer; tried again
    FAILED = "failed"  # tried too often; a human looks
    BEYOND_PLAN = "beyond_plan"  # verify found rows that nobody approved


class Answer(enum.StrEnum):
    """What a system answered. Silence is none of them."""

    DONE = "done"
    NOTHING_HELD = "nothing_held"
    RETAINED = "retained"
    NOT_OFFERED = "not_offered"


def may_move(old: str, new: str) -> bool:
    """Whether the table allows it."""
    return State(new) in TRANSITIONS[State(old)]
