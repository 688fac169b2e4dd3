"""What of a person stands in which module, and how to find it. The names are those of the CRM."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from privacy.connectors.vtiger.crm import Crm, Field, Row, quote
from privacy.personal_data.contract import Person

PEOPLE = ("Contacts", "Leads")
COMPANIES = "Accounts"
CHILDREN = ("HelpDesk", "Cases", "Events", "Calendar", "Emails", "PBXManager", "ModComments")
DOCUMENTS, COMMENTS = "Documents", "ModComments"
TICKETS = ("HelpDesk", "Cases")
CHILDREN_FIRST = (COMMENTS, "PBXManager", "Emails", DOCUMENTS, "Events", "Calendar", *TICKETS)
ERASURE_ORDER = (*CHILDREN_FIRST, "Leads", "Contacts", COMPANIES)
EMAIL_FIELDS = {
    "Contacts": ("email", "secondaryemail"),
    "Leads": ("email", "secondaryemail"),
    COMPANIES: ("email1", "email2"),
}
_ADDRESS = ("street", "city", "state", "zip", "country", "pobox")
PERSONAL: dict[str, tuple[str, ...]] = {
    "Contacts": (
        *("firstname", "lastname", "email", "secondaryemail", "phone", "mobile", "homephone", "otherphone", "fax"),
        *("title", "department", "birthday", "assistant", "assistantphone", "description"),
        *(f"mailing{part}" for part in _ADDRESS),
        *(f"other{part}" for part in _ADDRESS),
    ),
    "Leads": (
        *("firstname", "lastname", "email", "secondaryemail", "phone", "mobile", "fax", "company", "designation"),
        *("website", "lane", "code", "city", "country", "state", "pobox", "description"),
    ),
    "HelpDesk": ("ticket_title", "description", "solution"),
    "Cases": ("title", "description", "resolution"),
    COMMENTS: ("commentcontent",),
    "Emails": ("subject", "description", "saved_toid", "ccmail", "bccmail"),
    "PBXManager": ("customernumber", "recordingurl"),
    DOCUMENTS: ("notes_title", "notecontent"),
    "Events": ("subject", "description", "location"),
    "Calendar": ("subject", "description", "location"),
}
CATEGORY = {"Contacts": "identification", "Leads": "identification", COMPANIES: "business"}
STAFF = frozenset({"assigned_user_id", "created_user_id", "modifiedby", "creator", "userid", "label"})
ERASED = "Erased"
TOLD_BY = {
    "firstname": "First name",
    "lastname": "Last name",
    "email": "Address",
    "secondaryemail": "Second address",
    "phone": "Phone",
    "mobile": "Mobile",
    "birthday": "Birthday",
    "company": "Company",
    "title": "Title",
    "mailingstreet": "Street",
    "mailingcity": "City",
    "lane": "Street",
    "city": "City",
    "createdtime": "Made on",
    "modifiedtime": "Changed last",
}


@dataclass
class Finding:
    """Module → record id → row: what was found about a person."""

    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    documents_unseen: bool = False
    ruled: Mapping[tuple[str, str], bool] = field(default_factory=dict)  # (module, id) → whether it is the person's

    def add(self, module: str, row: Row) -> None:
        self.rows.setdefault(module, {})[row["id"]] = row

    def of(self, module: str) -> dict[str, Row]:
        return self.rows.get(module, {})


def search(crm: Crm, person: Person, ruled: Mapping[tuple[str, str], bool]) -> Finding:
    """Everything about a person: the records with one of their addresses, but those that a human ruled to be somebody
    else's, and what hangs on them."""
    finding = find_records(crm, person, ruled)
    _add_children(crm, finding, [record for module in PEOPLE for record in finding.of(module)], PEOPLE)
    _add_children(crm, finding, [record for module in TICKETS for record in finding.of(module)], TICKETS, (COMMENTS,))
    _add_documents(crm, finding)
    return finding


def find_records(crm: Crm, person: Person, ruled: Mapping[tuple[str, str], bool]) -> Finding:
    """The records themselves, without what hangs on them."""
    finding = Finding(ruled=ruled)
    emails = list(dict.fromkeys(value.lower() for value in person.values("email")))
    for module in (*PEOPLE, COMPANIES):
        if emails and module in crm.modules:
            wanted = ", ".join(quote(email) for email in emails)
            for name in email_fields(crm, module):
                for row in crm.query(module, f"{name} IN ({wanted})"):
                    is_asked = row.get(name, "").lower() in emails  # whatever it sends: nobody else's record
                    if is_asked and ruled.get((module, row["id"]), True):
                        finding.add(module, row)
    return finding


def is_undecided(finding: Finding) -> bool:
    """Whether records with one address stand under different last names, and nobody said of each whose it is."""
    found = [(module, row) for module in PEOPLE for row in finding.of(module).values()]
    names = {row.get("lastname", "").strip().lower() for _, row in found} - {""}
    return len(names) > 1 and not all((module, row["id"]) in finding.ruled for module, row in found)


def told_by(row: Row) -> tuple[tuple[str, str], ...]:
    """By what a human tells people apart: each field that holds something, under its name."""
    return tuple((label, row[name]) for name, label in TOLD_BY.items() if row.get(name))


def email_fields(crm: Crm, module: str) -> list[str]:
    """The fields of a module that hold an address, those of an installation's own included."""
    fields = crm.module(module).fields
    return [name for name, each in fields.items() if each.is_email or name in EMAIL_FIELDS[module]]


def children_of(
    crm: Crm, records: Sequence[str], targets: Sequence[str], modules: Sequence[str] = CHILDREN
) -> Iterator[tuple[str, Row]]:
    """The rows that refer to these records by whatever field points at such a module."""
    for module in modules:
        if not records or module not in crm.modules:
            continue
        for name, each in crm.module(module).fields.items():
            if set(each.refers) & set(targets):
                yield from ((module, row) for row in crm.by_reference(module, name, records))


def _add_children(
    crm: Crm, finding: Finding, records: list[str], targets: Sequence[str], modules: Sequence[str] = CHILDREN
) -> None:
    for module, row in children_of(crm, records, targets, modules):
        finding.add(module, row)


def _add_documents(crm: Crm, finding: Finding) -> None:
    if DOCUMENTS not in crm.modules:
        return
    for record in [each for module in (*PEOPLE, *TICKETS) for each in finding.of(module)]:
        rows = crm.related(record, DOCUMENTS)
        finding.documents_unseen = finding.documents_unseen or rows is None
        for row in rows or ():
            finding.add(DOCUMENTS, row)


def is_staff_note(module: str, row: Row) -> bool:
    """A comment that only staff may read: it is erased with the rest, and never leaves."""
    return module == COMMENTS and row.get("is_private", "0") not in {"", "0"}


def shown(crm: Crm, module: str, row: Row, emails: Sequence[str]) -> dict[str, str]:
    """The fields of a row that the person may see: without staff, other people and empty fields."""
    fields = crm.module(module).fields
    if module == COMPANIES:
        mine = {name: row[name] for name in email_fields(crm, module) if row.get(name, "").lower() in emails}
        return {"id": row["id"], "accountname": row.get("accountname", ""), **mine}
    return {
        name: value
        for name, value in row.items()
        if value and name not in STAFF and not (module == "Contacts" and _is_person(fields.get(name)))
    }


def _is_person(each: Field | None) -> bool:
    """In Contacts, a reference to a contact is the one whom the person reports to."""
    return each is not None and "Contacts" in each.refers


def blanks(crm: Crm, module: str, row: Row) -> dict[str, str]:
    """What a record of the person is overwritten with before it goes: only what holds something, and where the CRM
    insists on a value a word in its place."""
    values = {}
    fields: Mapping[str, Field] = crm.module(module).fields
    for name, each in fields.items():
        is_own = name.startswith("cf_") and not each.is_mandatory and not each.refers
        if not each.is_editable or not (name in PERSONAL[module] or is_own):
            continue
        blank = ERASED if each.is_mandatory else ""
        if row.get(name, "") not in {blank, ""}:
            values[name] = blank
    return values
