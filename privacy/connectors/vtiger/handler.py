"""Vtiger CRM behind the handler contract.

Its `delete` moves a record to a recycle bin, and tracked modules keep the old values of what is changed. So records are
overwritten first, then deleted, and what stays all the same is reported with the step that its operator must take.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from privacy.connectors.vtiger.crm import Crm, Row
from privacy.connectors.vtiger.persons import (
    CATEGORY,
    COMPANIES,
    DOCUMENTS,
    ERASURE_ORDER,
    PEOPLE,
    TICKETS,
    Finding,
    blanks,
    children_of,
    email_fields,
    find_records,
    is_staff_note,
    is_undecided,
    search,
    shown,
    told_by,
)
from privacy.personal_data.candidates import Candidate, CandidateHolder
from privacy.personal_data.contract import (
    SUPPLEMENT,
    Action,
    Chunk,
    ChunkResult,
    Found,
    Handler,
    HandlerPlan,
    HandlerUnavailable,
    Person,
    Record,
    Residual,
    TablePlan,
    Treatment,
)

OPERATOR = "the operator of the CRM"
BEYOND = "found beyond the approved plan"
OPT_OUT, YES = "emailoptout", "1"
NO_MARK = "This CRM has no mark for restricted records; name a field of your own for it as restriction_field."


class VtigerHandler(Handler, CandidateHolder):
    """Find, export, plan, apply and verify over one CRM. `restriction_field` is a checkbox of its own."""

    is_transactional = False

    def __init__(self, *, key: str, label: str, restriction_field: str, open_crm: Callable[[], Crm]) -> None:
        self.key = self.system = key
        self.label = label
        self._restriction_field = restriction_field
        self._open = open_crm

    # --- reading ---------------------------------------------------------------------------------
    def find(self, person: Person) -> Sequence[Found]:
        crm = self._open()
        finding = self._search(crm, person)
        return [
            Found(module, sum(not is_staff_note(module, row) for row in finding.of(module).values()))
            for module in reversed(ERASURE_ORDER)
            if module in crm.modules
        ]

    def export(self, person: Person) -> Iterator[Record]:
        crm = self._open()
        finding = self._search(crm, person)
        if is_undecided(finding):
            raise HandlerUnavailable(
                "records with one address under different names wait for somebody who knows whose they are"
            )
        emails = [value.lower() for value in person.values("email")]
        for module in reversed(ERASURE_ORDER):
            for row in finding.of(module).values():
                if not is_staff_note(module, row):
                    yield Record(module, CATEGORY.get(module, "support"), shown(crm, module, row, emails))

    def candidates(self, person: Person) -> Sequence[Candidate]:
        """Contacts and leads that carry an address of the person, where there are several."""
        finding = find_records(self._open(), person, {})
        found = [(module, row) for module in PEOPLE for row in finding.of(module).values()]
        return [Candidate(module, row["id"], told_by(row)) for module, row in found] if len(found) > 1 else []

    def _search(self, crm: Crm, person: Person) -> Finding:
        return search(crm, person, person.ruled(self.key))

    # --- planning --------------------------------------------------------------------------------
    def plan(self, person: Person, action: Action, *, now: dt.datetime) -> HandlerPlan:
        field = {Action.OPT_OUT: OPT_OUT, Action.RESTRICT: self._restriction_field}.get(action, "")
        if action is Action.RESTRICT and not field:
            return HandlerPlan(self.key, action, not_offered=NO_MARK)
        crm = self._open()
        finding = self._search(crm, person)
        if action is Action.ERASE:
            return self._plan_erasure(crm, finding, person)
        modules = PEOPLE if action is not Action.OPT_OUT else (*PEOPLE, COMPANIES)
        tables = [
            TablePlan(module, Treatment.UPDATE, tuple(finding.of(module)), fields=(field,) if field else ())
            for module in modules
            if finding.of(module) and (not field or field in crm.module(module).fields)
        ]
        return HandlerPlan(self.key, action, tuple(tables))

    def _plan_erasure(self, crm: Crm, finding: Finding, person: Person) -> HandlerPlan:
        tables = []
        for module in ERASURE_ORDER:
            rows = finding.of(module)
            if rows and module != COMPANIES:
                note = _duplicates(module, rows) if module in PEOPLE else ""
                tables.append(TablePlan(module, Treatment.DELETE, tuple(rows), note=note))
        tables += _addresses_of_companies(crm, finding, person)
        return HandlerPlan(
            self.key, Action.ERASE, tuple(tables), tuple(_residuals(finding)), problems=tuple(_conflicts(finding))
        )

    # --- acting ----------------------------------------------------------------------------------
    def apply_chunk(self, chunk: Chunk) -> ChunkResult:
        """Look at each record before it is touched: what is gone or blank was done by an earlier attempt."""
        crm = self._open()
        self._require(crm, chunk.plan.table)
        done = already = 0
        for key in chunk.keys:
            row = crm.get(key)
            if row is not None and self._act(crm, chunk, row):
                done += 1
            else:
                already += 1
        is_delete = chunk.plan.treatment is Treatment.DELETE
        return ChunkResult(removed=done if is_delete else 0, anonymized=0 if is_delete else done, already_done=already)

    def _act(self, crm: Crm, chunk: Chunk, row: Row) -> bool:
        """Whether this attempt changed the record."""
        module = chunk.plan.table
        match chunk.plan.treatment:
            case Treatment.DELETE:
                if values := blanks(crm, module, row):
                    crm.revise(row["id"], values)
                return crm.delete(row["id"])
            case Treatment.ANONYMIZE:
                values = {name: "" for name in chunk.plan.fields if row.get(name)}
            case _:
                wanted = dict(chunk.values) or dict.fromkeys(chunk.plan.fields, YES)
                values = {name: str(value) for name, value in wanted.items() if row.get(name) != str(value)}
        return bool(values) and crm.revise(row["id"], values)

    # --- proving ---------------------------------------------------------------------------------
    def verify(self, person: Person, frozen: HandlerPlan) -> Sequence[Residual]:
        """Ask again: by the addresses, by each approved record, and by what still refers to one of them."""
        crm = self._open()
        for table in frozen.tables:
            self._require(crm, table.table)
        left: dict[str, set[str]] = {module: set(rows) for module, rows in self._search(crm, person).rows.items()}
        approved = {table.table: table.keys for table in frozen.tables}
        for table in frozen.tables:
            if table.treatment is Treatment.DELETE:
                left.setdefault(table.table, set()).update(key for key in table.keys if crm.get(key) is not None)
        for targets in (PEOPLE, TICKETS):
            records = [key for module in targets for key in approved.get(module, ())]
            for module, row in children_of(crm, records, targets):
                left.setdefault(module, set()).add(row["id"])
        return [
            Residual(module, "records of the person", BEYOND, SUPPLEMENT, len(keys))
            for module, keys in left.items()
            if keys
        ]

    def _require(self, crm: Crm, module: str) -> None:
        """A user without rights is shown nothing and told so by nobody: then nothing counts as gone."""
        if module not in crm.modules:
            raise HandlerUnavailable(f"its user may not see {module} any more")


def _addresses_of_companies(crm: Crm, finding: Finding, person: Person) -> Iterator[TablePlan]:
    """A company is nobody: it stays, and the person's address in it goes, field by field."""
    emails = {value.lower() for value in person.values("email")}
    for name in email_fields(crm, COMPANIES) if finding.of(COMPANIES) else ():
        keys = tuple(key for key, row in finding.of(COMPANIES).items() if row.get(name, "").lower() in emails)
        if keys:
            yield TablePlan(COMPANIES, Treatment.ANONYMIZE, keys, fields=(name,))


def _duplicates(module: str, rows: dict[str, Row]) -> str:
    if len(rows) == 1:
        return ""
    return f"{len(rows)} records of {module} carry an address of this person. Approve only if all of them are theirs."


def _conflicts(finding: Finding) -> Iterator[str]:
    """Records with one address under different names may be two people: somebody who knows them decides."""
    if is_undecided(finding):
        modules = [module for module in PEOPLE if finding.of(module)]
        count = sum(len(finding.of(module)) for module in modules)
        yield (
            f"{count} records of {' and '.join(modules)} carry an address of this person under different last names. "
            "Say of each whose it is (Records that may be somebody else's), or have the CRM's owner mend them; then "
            "look again."
        )


def _residuals(finding: Finding) -> Iterator[Residual]:
    """What an erasure over this interface cannot reach, and the step that reaches it."""
    deleted = sum(len(rows) for module, rows in finding.rows.items() if module != COMPANIES)
    tracked = sum(len(rows) for rows in finding.rows.values())
    if deleted:
        yield Residual(
            "recycle bin",
            "the deleted records, overwritten, until the bin is emptied",
            "this CRM's delete can be undone",
            f"{OPERATOR}: Recycle Bin, choose each module, Empty Recycle Bin",
            deleted,
        )
    if tracked:
        yield Residual(
            "vtiger_modtracker_detail",
            "the earlier values of the overwritten fields, where a module is tracked",
            "no interface shows or deletes them",
            f"{OPERATOR}: delete the rows of vtiger_modtracker_basic and _detail for these records in the database",
            tracked,
        )
        yield Residual(
            "backups of the CRM",
            "the records as they were, until the backups are overwritten",
            "backups are not changed one record at a time",
            f"{OPERATOR}: say when the oldest backup goes",
        )
    if deleted:
        yield Residual(
            "vtiger_loginhistory",
            "logins of the person as a user or a customer of the portal, where there were any",
            "no interface shows or deletes them",
            f"{OPERATOR}: delete the rows of vtiger_loginhistory and vtiger_portalinfo with the person's user name",
        )
    if finding.documents_unseen:
        yield Residual(
            DOCUMENTS,
            "documents that hang on the records",
            "this version does not list them",
            f"{OPERATOR}: look at the tab Documents of each record, and delete them",
        )
