"""The control of the promise to help business customers, where they ask by program."""

from dsr.opendsr.models import Callback, Controller, ProtocolRequest
from dsr.opendsr.signing import NotConfigured, is_configured, our_signer
from dsr.opendsr.vocabulary import CallbackState
from privacy.policy.board import ControlAnswer, control, green, not_configured, red


def check_by_program() -> ControlAnswer:
    """Customers are asked about in their own systems only, and told; nothing waits for somebody unseen."""
    if not is_configured():
        return not_configured("Give a certificate (KEPT_OPENDSR_CERTIFICATE, KEPT_OPENDSR_KEY) to offer OpenDSR.")
    try:
        our_signer()
    except NotConfigured:
        return red("The certificate for OpenDSR cannot be used; doctor says why.")
    rows = ProtocolRequest.objects.filter(is_demo=False)
    if stuck := rows.exclude(problem="").count():
        return red(f"{stuck} requests of business customers wait for somebody to look.")
    if lost := Callback.objects.filter(state=CallbackState.GIVEN_UP, is_demo=False).count():
        return red(f"{lost} times a business customer could not be told.")
    count = Controller.objects.filter(is_demo=False).count()
    return green(f"{count} business customers may file by OpenDSR; {rows.count()} requests so far.")


control(
    67,
    code="opendsr.own_systems",
    label="Requests of business customers by OpenDSR, each in the customer’s own systems",
    check=check_by_program,
    switch="KEPT_OPENDSR_CERTIFICATE",
)
