"""What is filed from afar is kept when it comes and opened after: by the public form, and by a site over the API.

To keep it is one row with its event and the order to open it. Nothing is looked up for it, so it takes the same for
somebody we know and somebody we do not; and what cannot be opened yet is not lost: a person sees the job that cannot
(decision 0095).
"""

import dataclasses
import datetime as dt
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from dsr.audit_events import FILING_KEPT
from dsr.correspondence.models import Filing
from dsr.models import SubjectRequest
from dsr.regions import check_region
from dsr.rights import check_rights
from dsr.services.intake import open_subject_request
from dsr.services.links import mailbox_of
from dsr.states import Channel
from privacy.audit.services import record_statement
from privacy.jobs.services import enqueue_statement
from privacy.kernel.actors import ANONYMOUS, Actor, ActorKind
from privacy.kernel.ready import Ready
from privacy.kernel.statements import change, insertion, run_together

KIND = "dsr.open_filing"
BY_API = "subject-requests"  # the door, as evidence names it
WAITING = Ready(lambda filing: Filing.objects.select_for_update().filter(pk=filing, subject_request=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person asks from afar, and how to reach them."""

    rights: Sequence[str]
    email: str
    name: str = ""
    message: str = ""
    language: str = "en"
    region: str = ""


ASKED = tuple(field.name for field in dataclasses.fields(Wish))


@transaction.atomic
def keep_filing(filing: Filing, *, wish: Wish, actor: Actor) -> None:
    """Keep a new filing, and have it opened. Raises InvalidInput naming the field, IntegrityError where its system used
    the key of this call before."""
    check_region(wish.region)
    rights, email = check_rights(wish.rights, wish.message), mailbox_of(wish.email)[0]
    filing.sealed = json.dumps({name: getattr(wish, name) for name in ASKED} | {"rights": rights, "email": email})
    is_demo = filing.is_demo
    run_together(
        [
            insertion(filing),
            record_statement(
                FILING_KEPT, actor=actor, at=filing.at, target=filing, is_demo=is_demo, channel=filing.channel
            ),
            enqueue_statement(KIND, payload={"filing": str(filing.pk)}, now=filing.at, is_demo=is_demo),
        ]
    )


@transaction.atomic
def open_filing(*, filing_id: uuid.UUID, now: dt.datetime) -> SubjectRequest | None:
    """Open the case of a filing; None where that was done before."""
    filing = WAITING.first(filing_id)
    if filing is None:
        return None
    by_system = Actor(ActorKind.API, filing.filed_by, BY_API)
    case = open_subject_request(
        **json.loads(filing.sealed),
        channel=Channel(filing.channel),
        kept=filing,
        actor=by_system if filing.system else ANONYMOUS,
        now=now,
        is_demo=filing.is_demo,
    )
    if filing.system:
        filing.sealed, filing.subject_request = "", case
        change(filing, "sealed", "subject_request")
    else:
        Filing.objects.filter(pk=filing.pk).delete()
    return case
