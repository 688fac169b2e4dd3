"""The register of places: where data lies, who receives it where, and what makes each crossing of a border lawful."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings

from privacy.kernel.countries import country_code
from privacy.personal_data.contract import handlers
from privacy.policy.board import is_on
from privacy.policy.crossing import is_at_home
from privacy.policy.document import PolicyDocument, TransferEntry
from privacy.policy.selectors import current_version, document_of, has_policy
from privacy.policy.vocabulary import RecipientRole
from privacy.registers.models import RecipientFile

NO_PLACE, NO_MECHANISM = "place unknown", "no mechanism"
HEADS = ("What", "Name", "Place", "Transfer", "Mechanism", "Document", "To mend")


@dataclass(frozen=True, slots=True)
class Place:
    """One line: a system or a recipient. `transfer` is empty where nothing crosses a border."""

    what: str
    name: str
    place: str
    transfer: str = ""
    mechanism: str = ""
    document: str = ""
    problem: str = ""

    @property
    def mechanism_words(self) -> str:
        return self.mechanism.replace("_", " ")

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.what, self.name, self.place, self.transfer, self.mechanism_words, self.document, self.problem)

    @property
    def labeled(self) -> list[tuple[str, str]]:
        """Each cell with its head: a phone shows a wide table as cards."""
        return list(zip(HEADS, self.cells, strict=True))


def places() -> list[Place]:
    """Every system and every recipient; none where no policy is in force."""
    if not has_policy():
        return []
    document = document_of(current_version())
    return [*_systems(document), *_recipients(document), *_files(document)]


def _systems(document: PolicyDocument) -> Iterator[Place]:
    yield _line(document, "System", settings.SITE_NAME, settings.KEPT_PLACE)
    outside = {each.system: each for each in handlers.everything() if each.system != "kept"}
    for handler in outside.values():
        yield _line(document, "System", handler.label, handler.place)


def _recipients(document: PolicyDocument) -> Iterator[Place]:
    """The kinds that the policy names. An authority receives by a demand of its own, each looked at by two people."""
    for each in document.recipients:
        if each.role != RecipientRole.AUTHORITY:
            yield _line(document, "Recipient", each.label, each.country, each.code)


def _files(document: PolicyDocument, rows: Iterable[RecipientFile] | None = None) -> Iterator[Place]:
    """Recipients by name, each by the transfer of its kind."""
    roles = {each.code: each.role for each in document.recipients}
    for row in rows if rows is not None else RecipientFile.objects.filter(ended_at=None):
        if roles.get(row.policy_code) != RecipientRole.AUTHORITY:
            yield _line(document, "Recipient by name", row.label, row.country, row.policy_code)


def place_of(row: RecipientFile) -> Place | None:
    """The line of one recipient; None where no policy is in force, or for an authority."""
    found = _files(document_of(current_version()), RecipientFile.objects.filter(pk=row.pk)) if has_policy() else ()
    return next(iter(found), None)


def _line(document: PolicyDocument, what: str, name: str, place: str, recipient: str = "") -> Place:
    if not place:
        return Place(what, name, place, problem=NO_PLACE)
    if is_at_home(place, {each.origin for each in document.transfers}):
        return Place(what, name, place)
    if transfer := _transfer(document, place, recipient):
        return Place(what, name, place, transfer.code, transfer.mechanism, transfer.document)
    return Place(what, name, place, problem=NO_MECHANISM if is_on("registers.places") else "")


def _transfer(document: PolicyDocument, place: str, recipient: str) -> TransferEntry | None:
    """The one of this recipient; for a system one that leads to its place, our own before those of recipients."""
    mine = [each for each in document.transfers if recipient and each.recipient == recipient]
    there = [each for each in document.transfers if not recipient and _is_same(each.destination, place)]
    return next(iter([*mine, *sorted(there, key=lambda each: bool(each.recipient))]), None)


def _is_same(one: str, other: str) -> bool:
    code = country_code(one)
    return one.casefold() == other.casefold() or bool(code and code == country_code(other))
