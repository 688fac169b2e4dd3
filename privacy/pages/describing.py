"""What Article 15 asks to be told with a copy, from the data map, the registers and what happened to this person.

The policy alone would not do: categories are those that hold something, recipients are named by their files, what
was passed on stands in the ledger, and each value's source where it was taken in.
"""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Count, Max, Min
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Identifier
from privacy.intake.models import CollectedValue
from privacy.kernel.errors import NotFound
from privacy.kernel.languages import MAIN
from privacy.kernel.ready import Ready
from privacy.pages.my_data.overview import PolicyWords
from privacy.pages.my_data.words import column_words
from privacy.personal_data.contract import Attachment, Handler, Person, Record
from privacy.personal_data.model_handler import ModelHandler
from privacy.personal_data.packaging.information import (
    CategoryFacts,
    Document,
    Held,
    Information,
    Origin,
    Passed,
    RecipientFacts,
)
from privacy.policy.board import is_on
from privacy.policy.document import PolicyDocument, RecipientEntry
from privacy.policy.page import BASIS_WORDS
from privacy.policy.selectors import current_version, document_of
from privacy.policy.texts import PolicyTexts, texts_of
from privacy.policy.vocabulary import Basis
from privacy.registers.demands.selectors import disclosed_to
from privacy.registers.models import RecipientFile
from privacy.registers.safeguards.selectors import documents_in_force, reader_of, transfer_words, transfers

RECIPIENTS = Ready(lambda: RecipientFile.objects.order_by("label"))
COLLECTED = Ready(
    lambda subjects: (
        CollectedValue.objects.filter(collection__subject_id__in=subjects)
        .order_by("name", "source")
        .values_list("name", "category", "source")
        .annotate(times=Count("pk"), first=Min("obtained_on"), last=Max("obtained_on"))
    )
)
KNOWN = Ready(
    lambda subjects: (
        Identifier.objects.filter(subject_id__in=subjects)
        .order_by("kind", "source")
        .values_list("kind", "source")
        .annotate(times=Count("pk"), first=Min("created_at"), last=Max("created_at"))
    )
)
PORTABLE_BASES = frozenset({Basis.CONSENT, Basis.CONTRACT})  # Article 20(1)(a)
GIVEN = frozenset({"person", "device", "employer"})  # provided by the person or observed while they used it
# The first word of the fideslang taxonomy that fits, and the policy's category for it. The longest comes first.
OUTSIDE = (
    ("user.account", "account"),
    ("user.authorization", "account"),
    ("user.behavior.browsing_history", "browsing"),
    ("user.behavior", "usage"),
    ("user.device", "mobile_device"),
    ("user.financial", "billing"),
    ("user.location", "location"),
    ("user.payment", "billing"),
    ("user.workplace", "business"),
    ("user", "identification"),
)


class PolicyDescriber:
    """Describes one package by the policy in force when it is made."""

    def __init__(self) -> None:
        try:
            version = current_version()
        except NotFound:
            self._document: PolicyDocument | None = None
            return
        self._version, self._document = version, document_of(version)
        self._bases = {each.code: Basis(each.basis) for each in self._document.purposes}
        self._categories = {each.code: each for each in self._document.categories}
        self._reasons: dict[tuple[str, str], str] = {}

    # --- Article 20 ---

    def why_not_portable(self, handler: Handler, record: Record) -> str:
        """`basis`, `derived` or `not_provided`, where Article 20 does not cover the row; else nothing."""
        if self._document is None:
            return ""
        key = (handler.key, record.category)
        if key not in self._reasons:
            self._reasons[key] = self._reason(handler, record.category)
        source = record.row.get("source") if record.table == CollectedValue._meta.label else None
        return self._reasons[key] or ("not_provided" if source and source not in GIVEN else "")

    def _reason(self, handler: Handler, category: str) -> str:
        assert self._document is not None  # noqa: S101 - for the type checker: the caller asked
        code = self.category_of(category)
        if isinstance(handler, ModelHandler):
            bases = {self._bases.get(handler.declaration.purpose)}
        else:
            bases = {self._bases[each.code] for each in self._document.purposes if code in each.categories}
        if not bases & PORTABLE_BASES:
            return "basis"
        entry = self._categories.get(code)
        if entry is not None and entry.derived:
            return "derived"
        return "" if entry is None or GIVEN & set(entry.sources) else "not_provided"

    def category_of(self, category: str) -> str:
        """The policy's code for a category of ours or of the fideslang taxonomy; as it is where there is none."""
        if category in self._categories:
            return category
        return next(
            (ours for theirs, ours in OUTSIDE if category == theirs or category.startswith(f"{theirs}.")), category
        )

    # --- Article 15 ---

    def describe(self, person: Person, held: Sequence[Held], *, language: str, now: dt.datetime) -> Information:
        """The facts of this person's copy, labels in their language where the policy has them."""
        if self._document is None:
            return Information()
        with translation.override(language):
            document, texts = self._document, texts_of(self._version, language)
            by_category: dict[str, list[Held]] = {}
            for table in held:
                by_category.setdefault(self.category_of(table.category), []).append(table)
            passed = _passed(person, texts)
            return Information(
                controller=document.policy.controller,
                policy_on=self._version.effective_on,
                contacts=tuple((each.label, each.address) for each in document.contacts),
                categories=tuple(
                    self._category(each.code, by_category.get(each.code, []), texts)
                    for each in document.categories
                    if each.code in by_category or is_on("pages.every_category")
                ),
                recipients=tuple(self._recipients(set(by_category), passed, texts)),
                passed=tuple(found for _code, found in passed),
                origins=tuple(self._origins(person, texts)),
                rights=tuple((each.label, each.summary) for each in document.rights),
                complaint=tuple(_complaint(document)),
            )

    def _category(self, code: str, tables: Sequence[Held], texts: PolicyTexts) -> CategoryFacts:
        entry = self._categories[code]
        label = texts.categories[code].text
        if not tables:
            return CategoryFacts(code, label, entry.description)
        assert self._document is not None  # noqa: S101 - for the type checker: the caller asked
        sources = {each.code: each for each in self._document.sources}
        uses = [each for each in self._document.purposes if code in each.categories]
        codes = {name for each in uses for name in each.recipients}
        takers = [each.code for each in self._document.recipients if each.code in codes and code in each.categories]
        return CategoryFacts(
            code=code,
            label=label,
            description=entry.description,
            sources=tuple(f"{sources[each].label}: {sources[each].description}" for each in entry.sources),
            purposes=tuple(
                f"{texts.purposes[each.code].label}: {texts.purposes[each.code].summary} "
                + _("Legal basis: %(basis)s.") % {"basis": BASIS_WORDS[Basis(each.basis)]}
                for each in uses
            ),
            recipients=tuple(texts.recipients[each].text for each in takers),
            kept=tuple(self._kept(code, tables)),
            places=tuple(dict.fromkeys(table.place for table in tables)),
            parts=tuple((table.place, table.category) for table in tables),
        )

    def _kept(self, code: str, tables: Sequence[Held]) -> list[str]:
        """The period of each table of ours; of an outside one the policy's for its category, or the criterion."""
        words = PolicyWords(
            self._document, texts_of(self._version, translation.get_language() or MAIN), self._version.effective_on
        )
        found = []
        for table in tables:
            if isinstance(table.handler, ModelHandler):
                lines = words.line(table.handler.declaration, table.rows).kept
                found += [f"{table.label}: {line}" for line in lines]
            else:
                periods = words.periods_of(code)
                found += [f"{table.handler.label}, {table.table}: {line}" for line in periods] or [
                    f"{table.handler.label}, {table.table}: "
                    + _("As long as it is needed for what it is used for, or until you ask us to erase it.")
                ]
        return list(dict.fromkeys(found))

    def _recipients(
        self, codes: set[str], passed: Sequence[tuple[str, Passed]], texts: PolicyTexts
    ) -> list[RecipientFacts]:
        assert self._document is not None  # noqa: S101 - for the type checker: the caller asked
        files: dict[str, list[RecipientFile]] = {}
        kind_of: dict[str, str] = {}
        for row in RECIPIENTS.all():
            kind_of[row.code] = row.policy_code
            if row.ended_at is None:
                files.setdefault(row.policy_code, []).append(row)
        received: dict[str, int] = {}
        for code, found in passed:
            kind = kind_of.get(code, code)
            received[kind] = received.get(kind, 0) + found.times
        return [
            RecipientFacts(
                code=each.code,
                label=texts.recipients[each.code].text,
                role=each.role,
                country=each.country,
                companies=tuple(_company(row) for row in files.get(each.code, [])),
                safeguards=tuple(self._safeguards(each)),
                received=received.get(each.code, 0),
            )
            for each in self._document.recipients
            if codes & set(each.categories) or received.get(each.code)
        ]

    def _safeguards(self, recipient: RecipientEntry) -> list[str]:
        assert self._document is not None  # noqa: S101 - for the type checker: the caller asked
        titles = {each.code: each.title for each in self._document.documents}
        mechanisms = {
            "standard_clauses": _("standard contractual clauses"),
            "adequacy": _("a decision that the country protects data adequately"),
            "binding_rules": _("binding corporate rules"),
        }
        found = []
        for each in self._document.transfers:
            if each.recipient != recipient.code:
                continue
            text = _("From %(origin)s to %(destination)s under %(mechanism)s") % {
                "origin": each.origin,
                "destination": each.destination,
                "mechanism": mechanisms[each.mechanism],
            }
            title = titles.get(each.document, "")
            found.append(f"{text} ({title})" if title else text)
        return found

    def _origins(self, person: Person, texts: PolicyTexts) -> list[Origin]:
        """Where values came from, in counts: a person may have a million of them."""
        assert self._document is not None  # noqa: S101 - for the type checker: the caller asked
        sources = {each.code: each.label for each in self._document.sources}
        found = [
            Origin(column_words(name), _label(texts, category), sources.get(source, source), times, first, last)
            for name, category, source, times, first, last in COLLECTED.all(person.subject_ids)
        ]
        found += [
            Origin(
                name=column_words(kind),
                category=_label(texts, "identification"),
                source=column_words(source.replace(":", " ")),
                times=times,
                first_on=first.date(),
                last_on=last.date(),
            )
            for kind, source, times, first, last in KNOWN.all(person.subject_ids)
        ]
        return found

    # --- Article 46 ---

    def safeguards(self, person: Person, *, language: str) -> tuple[Document, ...]:
        """The documents that protect data sent abroad, as they are in force, each with what it protects."""
        if not is_on("safeguards.attached"):
            return ()
        words = {code: transfer_words(entry) for code, entry in transfers().items()}
        return tuple(
            Document(
                title=row.title,
                version=row.version,
                about="; ".join(words[code] for code in row.transfers if code in words),
                attachment=Attachment(f"{row.pk}.pdf", "application/pdf", reader_of(row)),
            )
            for row in documents_in_force()
        )


def _passed(person: Person, texts: PolicyTexts) -> list[tuple[str, Passed]]:
    """The ledger of disclosures about the person, by recipient and purpose; each with the recipient's code."""
    counted = disclosed_to(person.subject_ids)
    labels = {row.code: f"{row.label} ({row.country})" for row in RECIPIENTS.all()} if counted else {}
    return [
        (
            recipient,
            Passed(
                recipient=labels.get(recipient, recipient),
                purpose=texts.purposes[purpose].label.text if purpose in texts.purposes else column_words(purpose),
                categories=tuple(_label(texts, code) for code in categories.split()),
                times=times,
                first_on=first.date(),
                last_on=last.date(),
            ),
        )
        for recipient, purpose, categories, times, first, last in counted
    ]


def _label(texts: PolicyTexts, code: str) -> str:
    return texts.categories[code].text if code in texts.categories else column_words(code)


def _company(row: RecipientFile) -> str:
    bound = f" {row.contract}, {row.contract_on:%Y-%m-%d}." if row.contract and row.contract_on else ""
    return f"{row.label}, {row.country}: {row.uses.rstrip('.')}.{bound}"


def _complaint(document: PolicyDocument) -> list[str]:
    own = [each.complaint for each in document.regions if each.complaint]
    general = _(
        "You can complain to a data protection authority, for example where you live or work (Article 77 GDPR), "
        "and go to court (Article 79 GDPR)."
    )
    return [general, *dict.fromkeys(own)]
