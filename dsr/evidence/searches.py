"""Where was looked for the person, by which kinds of identifiers, and what each system answered: from the package
itself and from the plans, without a value."""

import base64
import json
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

from dsr.models import ErasurePlan, SubjectRequest
from dsr.services.planning import person_of_case
from privacy.kernel.keyring import UnreadableValue
from privacy.kernel.sealed_file import open_sealed
from privacy.personal_data.models import PackageState, PreparedPackage
from privacy.personal_data.prepared import folder

IN_MEMORY = 1 << 20


def searches_of(case: SubjectRequest) -> Iterator[dict[str, Any]]:
    """One line for each system that was asked for a package or a plan."""
    kinds = dict(Counter(each.kind for each in person_of_case(case).identities)) if case.subject_id else {}
    for package in PreparedPackage.objects.filter(case_id=case.pk, state=PackageState.READY).order_by("asked_at"):
        manifest = manifest_of(package)
        for system in manifest.get("systems", ()):
            collections = [{name: each[name] for name in ("name", "rows")} for each in system["collections"]]
            said = {"answered": system["answered"], "collections": collections}
            names = {name: system[name] for name in ("system", "handler", "label")}
            yield {"for": "package", "id": str(package.pk), "at": manifest["created_at"], "by": kinds, **names, **said}
    for plan in ErasurePlan.objects.filter(subject_request=case).order_by("number"):
        yield {"for": "plan", "id": str(plan.pk), "by": kinds, "tables": json.loads(plan.summary)}


def manifest_of(package: PreparedPackage) -> dict[str, Any]:
    """The manifest of a sealed package that still lies there; empty where it does not or cannot be read."""
    try:
        with (folder() / package.file).open("rb") as sealed, tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as plain:
            chunks = open_sealed(sealed, key=base64.b64decode(package.file_key), context=str(package.pk))
            for chunk in chunks:
                plain.write(chunk)
            plain.seek(0)
            with zipfile.ZipFile(plain) as archive:
                found: dict[str, Any] = json.loads(archive.read("manifest.json"))
                return found
    except (OSError, KeyError, ValueError, UnreadableValue, zipfile.BadZipFile):
        return {}
