"""Who asked for whom goes with the contact of the case."""

from dsr.identity.models import ChildReport, Mandate
from privacy.personal_data.disposals import disposable

for model, code in ((Mandate, "case_mandates"), (ChildReport, "case_child_reports")):
    disposable(
        model,
        code=code,
        period="case_contact",
        column="made_at",
        rows=lambda rows: rows.filter(subject_request__closed_at__isnull=False, subject_request__contact=None),
    )
