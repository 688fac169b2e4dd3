"""Controls of the promises that consent keeps."""

import datetime as dt

from django.conf import settings
from django.db.models import OuterRef, Subquery

from consent.gate import may_send
from consent.imports.models import ConsentImport
from consent.models import ConsentEvent, Preference
from consent.rules import RAISED
from consent.signals.models import SignalEvent
from consent.signals.rules import denied
from consent.terms import terms_in_force
from consent.vocabulary import EASING, Door
from privacy.jobs import send_gate
from privacy.jobs.webhooks.queueing import anybody_listens
from privacy.jobs.webhooks.selectors import oldest_unconfirmed
from privacy.kernel import clock
from privacy.policy.board import ControlAnswer, control, green, not_configured, red
from privacy.policy.selectors import current_version, document_of
from privacy.policy.vocabulary import Channel, Switch


def _terms() -> ControlAnswer | None:
    return None if terms_in_force() else not_configured("No policy is in force. Load one: manage.py load_policy FILE.")


def check_projection() -> ControlAnswer:
    """Every preference says what its newest event says."""
    newest = (
        ConsentEvent.objects.filter(
            subject_id=OuterRef("subject_id"), purpose=OuterRef("purpose"), channel=OuterRef("channel")
        )
        .exclude(status__in=EASING)
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


def check_devices() -> ControlAnswer:
    """Every purpose that reaches a device asks the device's own settings."""
    reaching = [one.code for one in terms_in_force().values() if Channel.PUSH in one.channels]
    return _terms() or green(f"{len(reaching)} purposes reach a device, and each asks its settings and its switch.")


def check_locked() -> ControlAnswer:
    """What the service needs has no switch."""
    locked = [one.code for one in terms_in_force().values() if one.switch is Switch.LOCKED]
    return _terms() or green(f"{len(locked)} purposes are shown as needed, without a switch.")


def check_signals() -> ControlAnswer:
    """What the policy says about signals is what happens: an honored one switches something off."""
    if no_policy := _terms():
        return no_policy
    treated = document_of(current_version()).signals
    honored = {each.code: denied(terms_in_force(), each.code) for each in treated if each.treatment == "honored"}
    if idle := [code for code, codes in honored.items() if not codes]:
        return red(f"The policy honors {idle[0]}, and no purpose is denied by it. Add it to denied_by of a purpose.")
    events = SignalEvent.objects.filter(is_demo=False).count()
    told = "; ".join(f"{code} switches off {len(codes)} purposes" for code, codes in honored.items())
    ignored = ", ".join(each.code for each in treated if each.treatment == "ignored")
    return green(f"{told or 'no signal is honored'}; ignored and said so: {ignored or 'none'}; {events} noted.")


def check_webhooks() -> ControlAnswer:
    """No system has kept a withdrawal waiting for longer than the alarm allows."""
    if not anybody_listens():
        return not_configured("No system is told what people decide. Add one under Webhooks in the console.")
    oldest = oldest_unconfirmed()
    hours = settings.KEPT_WITHDRAWAL_ALARM_HOURS
    if oldest and clock.now() - oldest > dt.timedelta(hours=hours):
        return red(f"A system has not confirmed a withdrawal for over {hours} hours. See the board in the console.")
    return green("Every system that is told has confirmed the withdrawals in time.")


def check_imports() -> ControlAnswer:
    """No import is stuck, and none has raised anything."""
    raised = ConsentEvent.objects.filter(door=Door.IMPORT, status__in=RAISED).count()
    if raised:
        return red(f"{raised} decisions were raised by an import.")
    applied = ConsentImport.objects.filter(state="applied", is_demo=False).count()
    return _terms() or green(f"{applied} imports applied; none of them allowed anything that was not allowed.")


control(18, code="consent.decision_api", label="Decision API", check=check_decisions)
control(19, code="consent.off_by_default", label="Consent purposes off by default", check=check_decisions)
control(24, code="consent.not_asked_again", label="Nobody is asked again soon after a no", check=check_decisions)
control(20, code="consent.unsubscribe", label="Unsubscribe link and one-click headers", check=check_gate)
control(22, code="consent.send_gate", label="Send gate by message class", check=check_gate)
control(24, code="consent.preferences_page", label="Preferences page", check=check_projection)
control(24, code="consent.webhooks", label="Decisions reach other systems", check=check_webhooks)
control(29, code="consent.category_binding", label="Billing data bound to payment", check=check_decisions)
control(33, code="consent.locked", label="Needed purposes without a switch", check=check_locked)
control(92, code="consent.devices", label="Push messages per device, as its settings say", check=check_devices)
control(
    50, code="consent.most_protective", label="Withdraw at any time; events are never changed", check=check_projection
)
control(89, code="consent.signals", label="Browser signals as the policy says", check=check_signals)
control(78, code="consent.import_only_lowers", label="Imports only lower", check=check_imports)
control(50, code="consent.merge_protects", label="Merges never raise", check=check_projection)
