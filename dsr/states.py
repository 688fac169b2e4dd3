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
    APPEALED = "appealed"  # the person appeals against our answer; somebody else decides
    REFERRED = "referred"  # a business customer answers it; not counted as fulfilled
    DUPLICATE = "duplicate"  # the same as another case, where it is answered
    SPAM = "spam"  # no request at all


OPEN = frozenset({State.UNCONFIRMED, State.RECEIVED, State.PREPARED, State.RUNNING, State.BLOCKED, State.APPEALED})
ANSWERED = frozenset({State.CLOSED, State.REFUSED})

TRANSITIONS: dict[State, frozenset[State]] = {
    State.UNCONFIRMED: frozenset(
        {State.RECEIVED, State.WITHDRAWN, State.EXPIRED, State.DUPLICATE, State.SPAM, State.REFERRED}
    ),
    State.RECEIVED: frozenset(
        {
            *(State.PREPARED, State.REFUSED, State.CLOSED, State.WITHDRAWN, State.EXPIRED),
            *(State.DUPLICATE, State.SPAM, State.REFERRED),
        }
    ),
    State.PREPARED: frozenset({State.RECEIVED, State.RUNNING, State.WITHDRAWN}),
    State.RUNNING: frozenset({State.BLOCKED, State.CLOSED}),
    State.BLOCKED: frozenset({State.RUNNING, State.PREPARED, State.CLOSED}),
    State.EXPIRED: frozenset({State.RECEIVED}),
    State.CLOSED: frozenset({State.RECEIVED, State.APPEALED}),  # reopened, or appealed against
    State.REFUSED: frozenset({State.RECEIVED, State.APPEALED}),
    State.APPEALED: frozenset({State.RECEIVED, State.CLOSED, State.REFUSED}),  # granted, or as it was before
    State.REFERRED: frozenset({State.RECEIVED}),
    State.DUPLICATE: frozenset({State.RECEIVED}),
    State.SPAM: frozenset({State.RECEIVED}),
    State.WITHDRAWN: frozenset(),
}


class Right(enum.StrEnum):
    """What a person can ask for. Each has a clock and an outcome of its own."""

    ACCESS = "access"
    ERASURE = "erasure"
    RECTIFICATION = "rectification"
    PORTABILITY = "portability"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    MARKETING_OBJECTION = "marketing_objection"
    CONSENT_WITHDRAWAL = "consent_withdrawal"
    SALE_OPT_OUT = "sale_opt_out"
    LIMIT_SENSITIVE = "limit_sensitive"
    SAFEGUARDS_COPY = "safeguards_copy"
    AUTOMATED_DECISION = "automated_decision"
    CHILD_REPORT = "child_report"
    COMPLAINT = "complaint"
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
    AGENT = "agent"  # an authorized agent, by the Data Rights Protocol
    OPENDSR = "opendsr"  # a business customer, about data that we process for it


class Role(enum.StrEnum):
    """In which role we hold what a request is about: the first question of triage."""

    UNKNOWN = ""
    CONTROLLER = "controller"
    PROCESSOR = "processor"  # a business customer put it here: the request is referred to that customer


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
    LATER = "later"  # it goes by itself, on a day that is known


def may_move(old: str, new: str) -> bool:
    """Whether the table allows it."""
    return State(new) in TRANSITIONS[State(old)]
