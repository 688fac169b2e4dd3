"""The form of an answer: only what its question needs, with a field for each thing that the desk holds."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from privacy.connectors.desks.answering import Given, Line
from privacy.connectors.desks.copies import Scan, look_at, typed_rows, uploaded_rows
from privacy.connectors.desks.kind import DeskSpec, Keeping
from privacy.connectors.desks.models import DeskQuestion
from privacy.connectors.desks.vocabulary import ACTS, MOST_ROWS, SOURCES, Ask, Ground, Result, Why
from privacy.kernel.errors import InvalidInput
from privacy.kernel.rendering.checking import MOST_BYTES
from privacy.policy.selectors import today

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

SAID = ("found", "removed", "kept", "until", "failed")
DATE = forms.DateInput(attrs={"type": "date"})


def spoken(words: type[TextChoices]) -> list[tuple[str, str]]:
    """The choices in the language of whoever reads the form."""
    return [(value, _(capfirst(label))) for value, label in words.choices]


def _count(label: str, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MOST_ROWS, required=False, **more)


class AnswerForm(forms.Form):
    """One answer. `given` is what was said, once the form is valid in shape."""

    def __init__(self, question: DeskQuestion, spec: DeskSpec, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question, self.spec = question, spec
        self.holdings: list[str] = []
        if question.ask in ACTS:
            self.fields["result"] = forms.ChoiceField(
                label=_("How it ended"), choices=spoken(Result), widget=forms.RadioSelect
            )
            self.fields["why"] = forms.ChoiceField(
                label=_("Why it cannot be done"), choices=spoken(Why), required=False
            )
        else:
            self._add_holdings()
        if question.ask in SOURCES:
            self.fields["why"] = forms.ChoiceField(
                label=_("Nobody could look, because"),
                choices=spoken(Why),
                required=False,
                help_text=_("Leave this alone where somebody looked. The person reads it."),
            )
        self.fields["evidence"] = forms.CharField(
            label=_("Where you looked, and how one can see it"),
            widget=forms.Textarea(attrs={"rows": 3}),
            max_length=4_000,
            help_text=_("For staff only. For example the shelf and the list of what was shredded."),
        )
        self.fields["proof"] = forms.FileField(
            label=_("A picture or PDF that shows it"),
            required=False,
            help_text=_("If there is one, at most 20 MB."),
        )

    def _add_holdings(self) -> None:
        question = self.question
        asked = (
            {line.table: line.found - min(line.found, line.kept) for line in question.parent.lines.all()}
            if question.parent
            else {}
        )
        self.holdings = list(asked) or list(self.spec.holds)
        for number, table in enumerate(self.holdings):
            if question.ask == Ask.VERIFY:
                self.fields[f"found_{number}"] = _count(
                    _("%(table)s: still found") % {"table": table}, help_text=_("0 where nothing is left.")
                )
            elif question.ask == Ask.ERASE:
                if asked[table]:
                    self._add_erased(number, table, asked[table])
            else:
                self._add_found(number, table)

    def _add_found(self, number: int, table: str) -> None:
        if self.question.ask == Ask.EXPORT:
            self.fields[f"rows_{number}"] = forms.CharField(
                label=_("%(table)s: what is held, one in each line") % {"table": table},
                widget=forms.Textarea(attrs={"rows": 3}),
                required=False,
                max_length=200_000,
            )
            self.fields[f"file_{number}"] = forms.FileField(
                label=_("%(table)s: or a list, as CSV or JSON") % {"table": table}, required=False
            )
            self.fields[f"scan_{number}"] = forms.FileField(
                label=_("%(table)s: a scan, as PDF or picture") % {"table": table}, required=False
            )
            self.fields[f"none_{number}"] = forms.BooleanField(
                label=_("%(table)s: nothing is held") % {"table": table}, required=False
            )
        else:
            self.fields[f"found_{number}"] = _count(
                _("%(table)s: how many are held") % {"table": table}, help_text=_("0 where there is nothing.")
            )
        self._add_staying(number, table, self.spec.keeps.get(table))

    def _add_erased(self, number: int, table: str, asked: int) -> None:
        self.fields[f"removed_{number}"] = _count(
            _("%(table)s: removed, of %(count)s") % {"table": table, "count": asked}
        )
        self.fields[f"failed_{number}"] = _count(_("%(table)s: could not be removed") % {"table": table})
        self.fields[f"why_{number}"] = forms.ChoiceField(
            label=_("%(table)s: why not") % {"table": table}, choices=spoken(Why), required=False
        )
        self._add_staying(number, table, None)

    def _add_staying(self, number: int, table: str, keeping: Keeping | None) -> None:
        self.fields[f"kept_{number}"] = _count(_("%(table)s: of them have to stay") % {"table": table})
        self.fields[f"ground_{number}"] = forms.ChoiceField(
            label=_("%(table)s: they stay because of") % {"table": table},
            choices=spoken(Ground),
            required=False,
            initial=keeping.ground if keeping else "",
        )
        self.fields[f"until_{number}"] = forms.DateField(
            label=_("%(table)s: they stay until") % {"table": table},
            required=False,
            widget=DATE,
            initial=_until(keeping) if keeping else None,
        )

    def given(self) -> Given:
        """What was said. Raises InvalidInput naming the field."""
        values = self.cleaned_data
        proof = values.get("proof")
        lines, copies = {}, {}
        for number, table in enumerate(self.holdings):
            said: dict[str, Any] = {
                name: values.get(f"{name}_{number}") for name in ("found", "removed", "kept", "until", "failed")
            }
            words: dict[str, Any] = {name: values.get(f"{name}_{number}") or "" for name in ("ground", "why")}
            lines[table] = Line(**said, **words)
            if self.question.ask == Ask.EXPORT and not values.get("why"):
                copies[table] = self._copies(number)
        return Given(
            evidence=values["evidence"],
            lines=lines,
            copies=copies,
            result=values.get("result", ""),
            why=values.get("why", ""),
            proof=_scan(proof, "proof") if proof else None,
        )

    def _copies(self, number: int) -> list[dict[str, Any] | Scan]:
        values = self.cleaned_data
        found: list[dict[str, Any] | Scan] = list(typed_rows(values[f"rows_{number}"]))
        if file := values[f"file_{number}"]:
            found += uploaded_rows(_bytes(file, f"file_{number}"), field=f"file_{number}")
        if scanned := values[f"scan_{number}"]:
            found.append(_scan(scanned, f"scan_{number}"))
        if bool(found) == values[f"none_{number}"]:
            raise InvalidInput(_("Give what is held, or say that nothing is."), field=f"none_{number}")
        return found


def _bytes(file: "UploadedFile[bytes]", field: str) -> bytes:
    if (file.size or 0) > MOST_BYTES:
        raise InvalidInput(_("The file is larger than 20 MB. Give it in parts."), field=field)
    return bytes(file.read())


def _scan(file: "UploadedFile[bytes]", field: str) -> Scan:
    return look_at(_bytes(file, field), name=file.name or "", field=field)


def _until(keeping: Keeping) -> dt.date:
    """So long from today."""
    now = today()
    if keeping.unit == "days":
        return now + dt.timedelta(days=keeping.count)
    months = now.month - 1 + keeping.count * (12 if keeping.unit == "years" else 1)
    return now.replace(day=min(now.day, 28), year=now.year + months // 12, month=months % 12 + 1)
