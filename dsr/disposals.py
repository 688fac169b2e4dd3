"""Which tables of subject requests are emptied by time."""

from dsr.models import CaseNote, Contact
from privacy.personal_data.disposals import disposable

disposable(
    Contact,
    period="case_contact",
    column="erase_on",
    column_is="end",
    rows=lambda rows: rows.filter(subject_request__closed_at__isnull=False),
)
disposable(
    CaseNote,
    code="case_notes",
    period="case_contact",
    column="created_at",
    rows=lambda rows: rows.filter(subject_request__closed_at__isnull=False, subject_request__contact=None),
)
