"""What the fake CRM stores: modules with their fields, records, a recycle bin and the tracker of old values."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

Row = dict[str, str]
PERSON = ("firstname", "lastname", "email", "secondaryemail", "phone", "mobile", "title", "birthday", "description")
ADDRESS = ("mailingstreet", "mailingcity", "mailingzip", "mailingcountry")
MODULES: dict[str, tuple[str, tuple[str, ...]]] = {  # in tab order: id prefix and fields
    "Calendar": ("9", ("subject", "description", "contact_id")),
    "Leads": ("10", (*PERSON, "company", "emailoptout", "cf_restricted")),
    "Accounts": ("11", ("accountname", "email1", "email2", "phone", "emailoptout")),
    "Contacts": ("12", (*PERSON, *ADDRESS, "account_id", "contact_id", "emailoptout", "donotcall", "cf_restricted")),
    "Events": ("18", ("subject", "description", "contact_id", "date_start")),
    "Documents": ("15", ("notes_title", "notecontent", "filename")),
    "Emails": ("16", ("subject", "description", "parent_id", "saved_toid")),
    "HelpDesk": ("17", ("ticket_title", "description", "solution", "contact_id", "parent_id", "ticketstatus")),
    "ModComments": ("31", ("commentcontent", "related_to", "is_private", "creator")),
    "PBXManager": ("36", ("customernumber", "customer", "recordingurl")),
    "Users": ("19", ("user_name", "last_name", "email1")),
}
REFERS = {
    ("Contacts", "account_id"): ["Accounts"],
    ("Contacts", "contact_id"): ["Contacts"],  # in this module the one whom the person reports to
    ("Calendar", "contact_id"): ["Contacts"],
    ("Events", "contact_id"): ["Contacts"],
    ("Emails", "parent_id"): ["Contacts", "Leads", "Accounts"],
    ("HelpDesk", "contact_id"): ["Contacts"],
    ("HelpDesk", "parent_id"): ["Accounts"],
    ("ModComments", "related_to"): ["Contacts", "Leads", "Accounts", "HelpDesk"],
    ("ModComments", "creator"): ["Users"],
    ("PBXManager", "customer"): ["Contacts", "Leads", "Accounts"],
}
MANDATORY = {
    "Leads": ("lastname", "company"),
    "Accounts": ("accountname",),
    "Contacts": ("lastname",),
    "Documents": ("notes_title",),
    "Emails": ("subject",),
    "Events": ("subject",),
    "HelpDesk": ("ticket_title", "ticketstatus"),
    "ModComments": ("commentcontent", "related_to"),
}
SYSTEM = ("assigned_user_id", "createdtime", "modifiedtime")
NOT_EDITABLE = frozenset({"createdtime", "modifiedtime", "creator"})


class Fault(Exception):
    """An error of the CRM: code and message, as it words them."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code, self.message = code, message


DENIED = ("ACCESS_DENIED", "Permission to perform the operation is denied")


@dataclass
class Store:
    """All records. `tracked` modules keep old values in `modtracker`; `hidden` rows are skipped silently, because the
    API's user has no right to them; `disabled` modules answer as deleted records do."""

    rows: dict[str, Row] = field(default_factory=dict)
    bin: dict[str, Row] = field(default_factory=dict)
    modtracker: list[tuple[str, str, str]] = field(default_factory=list)
    relations: set[tuple[str, str]] = field(default_factory=set)
    tracked: set[str] = field(default_factory=lambda: {"Contacts", "Leads"})
    hidden: set[str] = field(default_factory=set)
    disabled: set[str] = field(default_factory=set)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def fields(self, module: str) -> tuple[str, ...]:
        return (*MODULES[module][1], *(SYSTEM if module != "Users" else ()))

    def module_of(self, record: str) -> str:
        prefix = record.partition("x")[0]
        found = [name for name, (number, _) in MODULES.items() if number == prefix]
        if not found or found[0] in self.disabled:
            raise Fault(*DENIED)
        return found[0]

    def add(self, module: str, **values: str) -> str:
        """A new record; its id."""
        record = f"{MODULES[module][0]}x{next(self.numbers)}"
        blank = dict.fromkeys(self.fields(module), "")
        self.rows[record] = {**blank, "assigned_user_id": "19x1", **values, "id": record}
        return record

    def of(self, module: str) -> list[Row]:
        """The rows that the API's user may see, by number."""
        prefix = f"{MODULES[module][0]}x"
        rows = [row for key, row in self.rows.items() if key.startswith(prefix) and key not in self.hidden]
        return sorted(rows, key=lambda row: int(row["id"].partition("x")[2]))

    def get(self, record: str) -> Row:
        self.module_of(record)
        if record not in self.rows or record in self.hidden:
            raise Fault(*DENIED)
        return self.rows[record]

    def revise(self, element: Mapping[str, str], *, whole: bool = False) -> Row:
        """Change the fields that are sent; the old values stay where the module is tracked."""
        row = self.get(str(element.get("id", "")))
        module = self.module_of(row["id"])
        for name in MANDATORY.get(module, ()):
            if (name in element or whole) and not str(element.get(name, "")).strip():
                raise Fault("MANDATORY_FIELDS_MISSING", f"{name} does not have a value")
        for name, value in element.items():
            if name not in row or name == "id" or name in NOT_EDITABLE:
                continue
            if module in self.tracked and row[name] != str(value):
                self.modtracker.append((row["id"], name, row[name]))
            row[name] = str(value)
        return row

    def delete(self, record: str) -> None:
        """Into the recycle bin, from where it can be restored."""
        self.bin[record] = self.get(record)
        del self.rows[record]

    def related(self, record: str, module: str) -> list[Row]:
        """By a relation of its own, such as documents have."""
        self.get(record)
        return [row for row in self.of(module) if (record, row["id"]) in self.relations]
