"""Controls of the promises that consent keeps."""

from django.db.models import OuterRef, Subquery

from consent.gate import may_send
from consent.models import ConsentEvent, Preference
from consent.terms import terms_in_force
from privacy.jobs import send_gate
from privacy.policy.board import ControlAnswer, control, green, not_configured, red
from privacy.policy.vocabulary import Switch


def _terms() -> ControlAnswer | None:
    return None if terms_in_force() else not_configured("No policy is in force. Load one: manage.py load_policy FILE.")


def check_projection() -> ControlAnswer:
    """Every preference says what its newest event says."""
    newest = (
        ConsentEvent.objects.filter(
            subject_id=OuterRef("subject_id"), purpose=OuterRef("purpose"), channel=OuterRef("channel")
        )
        .order_by("-at", "-id")
        .values("id")[:1]
    )
    wrong = Preference.objects.annotate(newest=Subquery(newest)).exclude(event_id=Subquery(newest)).count()
    if wrong:
        return red(f"{wrong} preferences differ from their newest event.")
    events = ConsentEvent.objects.filter(is_demo=False).count()
    return _terms() or green(f"{events} decisions in the ledger, each shown and asked as it stands.")


def check_decisions() -> ControlAnswer:
    """Purposes that need consent are off, and what legal has not published is denied."""
    return _terms() or green(f"{len(terms_in_force())} published purposes; every other is denied.")


def check_gate() -> ControlAnswer:
    """The send gate is in place."""
    return (
        green("Every mail passes the send gate.")
        if send_gate.is_registered(may_send)
        else red("The send gate is open.")
    )


def check_locked() -> ControlAnswer:
    """What the service needs has no switch."""
    locked = [one.code for one in terms_in_force().values() if one.switch is Switch.LOCKED]
    return _terms() or green(f"{len(locked)} purposes are shown as needed, without a switch.")


control(18, code="consent.decision_api", label="Decision API", check=check_decisions)
control(19, code="consent.off_by_default", label="Consent purposes off by default", check=check_decisions)
control(20, code="consent.unsubscribe", label="Unsubscribe link and one-click headers", check=check_gate)
control(22, code="consent.send_gate", label="Send gate by message class", check=check_gate)
control(24, code="consent.preferences_page", label="Preferences page", check=check_projection)
control(29, code="consent.category_binding", label="Billing data bound to payment", check=check_decisions)
control(33, code="consent.locked", label="Needed purposes without a switch", check=check_locked)
control(
    50, code="consent.most_protective", label="Withdraw at any time; events are never changed", check=check_projection
)
