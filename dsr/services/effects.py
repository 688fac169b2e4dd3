"""What a decision about a right does, in the transaction of the decision. Each returns what the letter adds."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from accounts.services import subject_for_identifier
from dsr.letters.words import letter_language
from dsr.models import RequestItem, SubjectRequest
from dsr.outcomes import Decision
from dsr.services.counting import laws_of_case
from dsr.services.releasing import contents_of, package_of
from dsr.states import Right
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotFound
from privacy.personal_data.leaks.services import require_clean
from privacy.personal_data.models import PackageState
from privacy.personal_data.restricting import restrict_subject
from privacy.policy import uses
from privacy.policy.board import is_on
from privacy.policy.models import Purpose
from privacy.policy.objections import object_to
from privacy.policy.withdrawals import withdraw

Effect = Callable[[RequestItem, Decision, Actor, dt.datetime], str]


def carry_out(item: RequestItem, decision: Decision, *, actor: Actor, now: dt.datetime) -> str:
    """Do what the decision means; what the letter adds to its words. Errors as those of each effect."""
    with translation.override(letter_language(item.subject_request.language)):
        return EFFECTS.get(Right(item.right), _no_effect)(item, decision, actor, now)


def regimes_of(case: SubjectRequest) -> tuple[str, ...]:
    """The profiles of the laws that a case is answered by, the one that a letter cites first."""
    mine = case.regime or settings.KEPT_PROFILE
    return tuple(dict.fromkeys([mine, *(law.profile for law in laws_of_case(case))]))


def _no_effect(_item: RequestItem, _decision: Decision, _actor: Actor, _now: dt.datetime) -> str:
    """What the words say is the answer."""
    return ""


def _needs_package(item: RequestItem, _decision: Decision, _actor: Actor, now: dt.datetime) -> str:
    package = package_of(item.subject_request_id)
    if not is_on("dsr.package_first"):
        return ""
    if package is None or package.state != PackageState.READY or (package.ends_at and package.ends_at <= now):
        raise DomainError("Build the package of the data first, and wait until it is ready.", code="no_package")
    if missing := contents_of(item.subject_request) - set(package.contents.split()):
        raise DomainError(
            f"The package was built without {', '.join(sorted(missing))}. Build it again.", code="not_all"
        )
    if package.silent != "[]":
        raise DomainError("A system did not answer, so the package is not whole. Build it again.", code="not_whole")
    if is_on("dsr.leak_scan"):
        require_clean(package)
    return ""


def _restricts(item: RequestItem, _decision: Decision, actor: Actor, now: dt.datetime) -> str:
    if is_on("dsr.restriction"):
        restrict_subject(subject_id=subject_of(item.subject_request), ground="requested", actor=actor, now=now)
    return ""


def _ends_uses(item: RequestItem, decision: Decision, actor: Actor, now: dt.datetime) -> str:
    """From the day on which the person's words came. The words of an objection say what that means."""
    case = item.subject_request
    subject_id = subject_of(case)
    _object(subject_id, decision.purposes, case, actor=actor, now=now)
    chosen = set(decision.purposes)
    return _ended([row for row in uses.uses_with_a_switch() if row.code in chosen])


def _ends_advertising(item: RequestItem, _decision: Decision, actor: Actor, now: dt.datetime) -> str:
    """Article 21(2), (3) GDPR: every use that promotes something, on every channel, without a reason."""
    return _opt_out(item, uses.advertising_uses(), gettext("We use nothing for advertising."), actor=actor, now=now)


def _ends_sale(item: RequestItem, _decision: Decision, actor: Actor, now: dt.datetime) -> str:
    """Cal. Civ. Code 1798.120 and its like."""
    said = gettext("We neither sell your data nor share it for advertising.")
    return _opt_out(item, uses.sold_uses(), said, actor=actor, now=now)


def _limits_sensitive(item: RequestItem, _decision: Decision, actor: Actor, now: dt.datetime) -> str:
    """Cal. Civ. Code 1798.121 and its like."""
    said = gettext("We use no sensitive data beyond what you asked us for.")
    return _opt_out(item, uses.sensitive_uses(), said, actor=actor, now=now)


def _takes_back(item: RequestItem, decision: Decision, actor: Actor, now: dt.datetime) -> str:
    """Article 7(3) GDPR: all that the person allowed, or what was chosen of it."""
    case = item.subject_request
    ended = withdraw(
        subject_id=_whoever_wrote(case, actor=actor, now=now),
        purposes=decision.purposes or None,
        actor=actor,
        now=now,
        said_at=case.received_at,
    )
    if not ended:
        return gettext("Nothing that you allowed was standing, so there was nothing to end.")
    return _ended([row for row in uses.uses_with_a_switch() if row.code in ended])


def _opt_out(item: RequestItem, rows: Sequence[Purpose], otherwise: str, *, actor: Actor, now: dt.datetime) -> str:
    if not rows:
        return otherwise
    case = item.subject_request
    if is_on("dsr.opt_outs_at_once"):
        _object(_whoever_wrote(case, actor=actor, now=now), uses.codes(rows), case, actor=actor, now=now)
    return _ended(rows)


def _object(
    subject_id: uuid.UUID, purposes: Sequence[str], case: SubjectRequest, *, actor: Actor, now: dt.datetime
) -> None:
    object_to(
        subject_id=subject_id,
        purposes=purposes,
        actor=actor,
        now=now,
        said_at=case.received_at,
        region=case.region,
        source_id=str(case.pk),
    )


def _ended(rows: Sequence[Purpose]) -> str:
    names = ", ".join(row.label for row in rows)
    return gettext("These uses have ended: %(names)s.") % {"names": names} if rows else ""


def subject_of(case: SubjectRequest) -> uuid.UUID:
    """Whom a case is about; DomainError where nobody has confirmed it."""
    if case.subject_id is None:
        raise DomainError("Nobody has confirmed who this request is about.", code="unidentified")
    return case.subject_id


def _whoever_wrote(case: SubjectRequest, *, actor: Actor, now: dt.datetime) -> uuid.UUID:
    """Whoever the address or number of the case belongs to. It proves nobody, which is enough here: an opt-out only
    lowers what may be done. The case itself stays without a subject until somebody confirms it."""
    if case.subject_id:
        return case.subject_id
    contact = case.contact
    kind, value = ("email", contact.email) if contact.email else ("phone", contact.phone)
    if not value:
        raise InvalidInput("Note an email address or a phone number that is to get nothing more.", field="email")
    subject = subject_for_identifier(
        kind=kind, value=value, source="subject_request", actor=actor, now=now, is_demo=case.is_demo
    )
    return subject.pk


def has_policy_for_opt_outs() -> bool:
    """Whether a policy is in force that says which uses there are."""
    try:
        uses.uses_with_a_switch()
    except NotFound:
        return False
    return True


EFFECTS: dict[Right, Effect] = {
    Right.ACCESS: _needs_package,
    Right.PORTABILITY: _needs_package,
    Right.SAFEGUARDS_COPY: _needs_package,
    Right.RESTRICTION: _restricts,
    Right.OBJECTION: _ends_uses,
    Right.MARKETING_OBJECTION: _ends_advertising,
    Right.CONSENT_WITHDRAWAL: _takes_back,
    Right.SALE_OPT_OUT: _ends_sale,
    Right.LIMIT_SENSITIVE: _limits_sensitive,
}
