"""Which notes about packages and messages to systems are emptied by time.

An operator may collect the data of somebody whom Kept does not know. Nothing links such a note to a
person, so no erasure can ever reach it: it goes by time, early, because its reason may name somebody.

Of the messages to a system only those go that are done and that a later one about the same overtook: the newest says
what the system knows, and what nobody confirmed stays on the board.
"""

from typing import Any

from django.db.models import Exists, OuterRef

from privacy.jobs.webhooks.models import DeliveryState, WebhookDelivery
from privacy.personal_data.disposals import disposable
from privacy.personal_data.models import CollectedPackage, PackageState, PreparedPackage

disposable(
    CollectedPackage,
    code="packages_of_unknown",
    period="case_contact",
    column="created_at",
    rows=lambda rows: rows.filter(subject=None),
)
disposable(
    CollectedPackage,
    code="collected_packages",
    period="cases",
    column="created_at",
    rows=lambda rows: rows.filter(subject__isnull=False),
)
disposable(
    PreparedPackage,
    code="prepared_packages",
    period="cases",
    column="asked_at",
    rows=lambda rows: rows.filter(state__in=[PackageState.TAKEN, PackageState.EXPIRED]),
)


def _overtaken(rows: Any) -> Any:
    later = WebhookDelivery.objects.filter(
        endpoint=OuterRef("endpoint"),
        subject_id=OuterRef("subject_id"),
        about=OuterRef("about"),
        sequence__gt=OuterRef("sequence"),
    )
    return rows.filter(Exists(later), state__in=[DeliveryState.ACCEPTED, DeliveryState.SETTLED])


disposable(WebhookDelivery, code="webhook_deliveries", period="cases", column="created_at", rows=_overtaken)
