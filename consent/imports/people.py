"""Who of a part of a file is known here, and what stands for them: a few statements for thousands of lines."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q

from consent.columns import as_uuid, marks, standing_of
from consent.models import Preference
from consent.rules import Standing
from privacy.kernel.blind_index import blind_indexes
from privacy.kernel.keyring import keyring
from privacy.personal_data.models import Subject, SubjectAlias
from privacy.personal_data.selectors import alias_set

FIND = 'SELECT "index", subject_id FROM accounts_identifier WHERE kind = %s AND "index" {}'


@dataclass(slots=True)
class Known:
    """A person who is known here: every subject of theirs, the canonical one first."""

    members: tuple[uuid.UUID, ...]
    is_demo: bool = False
    standings: dict[str, list[Standing]] = field(default_factory=dict)

    def at(self, purpose: str, channel: str) -> Standing | None:
        """What stands for the canonical subject at exactly this place."""
        mine = self.standings.get(purpose, ())
        return next((one for one in mine if one.channel == channel and one.subject_id == self.members[0]), None)


def subjects_by_index(
    kind: str, values: Iterable[str], *, known: Mapping[str, str] | None = None
) -> dict[str, uuid.UUID]:
    """Value → the subject that it belongs to, under whichever key its index was made. `known` are indexes under
    the primary key that are at hand: with one key, nothing needs to be hashed again."""
    if known and len(keyring().keys) == 1:
        by_index = {index: value for value, index in known.items()}
    else:
        by_index = {index: value for value in values for index in blind_indexes(kind, value)}
    if not by_index:
        return {}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # one text: thousands of parameters cost more than what they find
            cursor.execute(FIND.format("= ANY(string_to_array(%s, E'\\n'))"), [kind, "\n".join(by_index)])
        else:
            cursor.execute(FIND.format(f"IN ({marks(by_index)})"), [kind, *by_index])
        return {by_index[index]: as_uuid(subject_id) for index, subject_id in cursor.fetchall()}


def people_of(subject_ids: Sequence[uuid.UUID], *, lock: bool = False) -> Mapping[uuid.UUID, Known]:
    """Each subject's person, with everything that stands; `lock` holds them for this transaction."""
    ids = list(dict.fromkeys(subject_ids))
    merged = _merged(ids)
    people = {each: Known(alias_set(each) if each in merged else (each,)) for each in ids}
    members = list({member for known in people.values() for member in known.members})
    subjects = Subject.objects.filter(pk__in=members).order_by("pk")
    locked = subjects.select_for_update(no_key=False) if lock else subjects
    demo = dict(locked.values_list("pk", "is_demo"))
    standings: dict[uuid.UUID, list[tuple[str, Standing]]] = defaultdict(list)
    for row in Preference.objects.filter(subject_id__in=members):
        standings[row.subject_id].append((row.purpose, standing_of(row)))
    for known in people.values():
        known.is_demo = demo.get(known.members[0], False)
        for member in known.members:
            for purpose, one in standings.get(member, ()):
                known.standings.setdefault(purpose, []).append(one)
    return people


def _merged(ids: list[uuid.UUID]) -> set[uuid.UUID]:
    rows = SubjectAlias.objects.filter(Q(subject_id__in=ids) | Q(canonical_id__in=ids))
    return {each for pair in rows.values_list("subject_id", "canonical_id") for each in pair}
