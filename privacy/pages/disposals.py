"""Which notes about packages are emptied by time.

An operator may collect the data of somebody whom Kept does not know. Nothing links such a note to a
person, so no erasure can ever reach it: it goes by time, early, because its reason may name somebody.
"""

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
