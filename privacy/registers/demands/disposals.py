"""Legal demands go by time, once no gag is left to keep."""

from django.db.models import Q

from privacy.personal_data.disposals import disposable
from privacy.policy.selectors import today
from privacy.registers.demands.models import LegalDemand

disposable(
    LegalDemand,
    code="legal_demands",
    period="cases",
    column="closed_at",
    rows=lambda rows: rows.filter(Q(gag_until=None) | Q(gag_until__lt=today())),
)
