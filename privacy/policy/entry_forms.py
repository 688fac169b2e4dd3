"""Forms for the entries of a draft, made from the same rules by which files are read."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from privacy.policy.editing import WORDS, Content, entry_class
from privacy.policy.reading import Problem, Rule, rules_of

LONG = frozenset(
    {
        "summary",
        "description",
        "consequence",
        "note",
        "interest",
        "necessity",
        "balance",
        "says",
        "against",
        "followed",
        "used_for",
        "change_summary",
        "complaint",
        "similar_to",
        "opt_out_offer",
    }
)
HELP = {
    "code": "Lower case letters, digits and underscores. Code and evidence name it by this; it never changes later.",
    "basis": "A purpose keeps its basis. It may only come to need consent, with a material version.",
    "valid_days": "How many days a consent lasts. Empty: until it is withdrawn.",
    "denied_by": "Browser signals that switch it off, where they are honored.",
    "double_opt_in": "A yes counts only after a mailed link was followed.",
    "assessment": "Legitimate interest only: its balancing document.",
    "consequence": "Legitimate interest only: what ends when a person objects.",
    "similar_to": "Soft opt-in only: which products or services of your own.",
    "opt_out_offer": "Soft opt-in only: the sentence beside the field where the address is collected.",
    "reaffirm": "Purposes whose new text is a material change: consents to the old one have to be given again.",
    "material": "Whether people are told by mail of the new version.",
    "promises": "Numbers of promises, separated by commas.",
    "until_on": "The last day of the rule. Empty: until further notice.",
    "covers": "The codes of which the region consists, separated by commas.",
    "on_by_default": "Purposes that are on there until declined. Everything else is off.",
    "ask_again_months": "Months before asking again after a no: 6 at least.",
    "only_for": "The only purposes that may ever use it. Empty: no such binding.",
    "categories": "Only this data may be used for it.",
}
LABELS = {"valid_days": "Valid for days", "denied_by": "Denied by signals", "reaffirm": "To be reaffirmed"}
LONGEST = 4000


class EntryForm(forms.Form):
    """One entry. `digest` is the draft that its writer saw."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(
        self,
        section: str,
        content: Content,
        *args: Any,
        languages: Sequence[str] = (),
        opened: str = "",
        is_new: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.section, self.languages, self.opened = section, list(languages), opened
        self.rules = {name: rule for name, rule in rules_of(entry_class(section)).items() if not rule.entry}
        for name, rule in self.rules.items():
            self.fields[name] = _field(name, rule, content)
        if "code" in self.fields and not is_new:
            self.fields["code"].disabled = True
        for language in self.languages:
            self._add_words(language, content["policy"]["language"])

    def _add_words(self, language: str, main: str) -> None:
        names = ("notice",) if language == main else (*WORDS, "notice")
        for name in names:
            widget: Any = forms.TextInput if name == "label" else forms.Textarea(attrs={"rows": 3})
            self.fields[f"{name}-{language}"] = forms.CharField(
                label=f"{name.capitalize()} ({language})",
                required=False,
                max_length=LONGEST,
                widget=widget,
            )
            self.fields[f"{name}-{language}"].widget.attrs["lang"] = language

    def clean(self) -> dict[str, Any]:
        """A translation has both label and summary, or neither."""
        for language in self.languages:
            both = [f"{name}-{language}" for name in ("label", "summary")]
            given = [name for name in both if self.cleaned_data.get(name)]
            if given and len(given) < len(both) and all(name in self.fields for name in both):
                missing = next(name for name in both if name not in given)
                self.add_error(missing, "Give label and summary in this language, or neither.")
        return self.cleaned_data

    @property
    def entry(self) -> Content:
        """The entry as plain values, without what was left empty."""
        values = {name: _plain(self.rules[name], self.cleaned_data.get(name)) for name in self.rules}
        return {name: value for name, value in values.items() if value not in (None, "", [], False)}

    def words(self, language: str) -> Content:
        """The words about a purpose in one language."""
        return {name: self.cleaned_data.get(f"{name}-{language}", "") for name in ("notice", *WORDS)}

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField], bool]]:
        """The fields under headings: the entry itself, then each language, and whether it is open."""
        own = [self[name] for name in self.rules]
        spoken = [
            (language, [self[name] for name in self.fields if name.endswith(f"-{language}")])
            for language in self.languages
        ]
        opened = [
            (language, fields, language == self.opened or any(field.errors for field in fields))
            for language, fields in spoken
        ]
        return [("", own, True), *opened]

    def show(self, problems: Iterable[Problem], key: str) -> None:
        """Say each problem beside its field; what is about another entry stands above."""
        for problem in problems:
            name = problem.field.removeprefix(f"{self.section}.{key}.").removeprefix(f"{self.section}.")
            text = f"{problem.message} {problem.mend}"
            if name in self.fields:
                self.add_error(name, text)
            else:
                self.add_error(None, f"{problem.field}: {text}")


def initial_of(section: str, entry: Content) -> Content:
    """The values of an entry as the form's fields take them."""
    rules = rules_of(entry_class(section))
    return {name: _shown(rules[name], value) for name, value in entry.items() if name in rules}


def _shown(rule: Rule, value: Any) -> Any:
    if rule.many and rule.kind in {"number", "region"}:
        return ", ".join(str(each) for each in value)
    return "\n".join(value) if rule.many and rule.kind == "text" else value


def _field(name: str, rule: Rule, content: Content) -> forms.Field:
    common: dict[str, Any] = {
        "label": LABELS.get(name, name.removesuffix("_on").replace("_", " ").capitalize()),
        "help_text": HELP.get(name, ""),
        "required": rule.required,
    }
    choices = _choices(rule, content)
    if choices and rule.many:
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **common)
    if choices:
        return forms.ChoiceField(choices=choices if rule.required else [("", "–"), *choices], **common)
    if rule.kind == "flag":
        return forms.BooleanField(**{**common, "required": False})
    if rule.kind == "day":
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common)
    if rule.kind == "number" and not rule.many:
        least, most = rule.bounds
        return forms.IntegerField(min_value=least, max_value=most, **common)
    is_long = name in LONG or (rule.many and rule.kind == "text")
    widget: Any = forms.Textarea(attrs={"rows": 3}) if is_long else forms.TextInput
    return forms.CharField(max_length=LONGEST, widget=widget, **common)


def _choices(rule: Rule, content: Content) -> list[tuple[str, str]]:
    if rule.words:
        return [(word, word.replace("_", " ")) for word in rule.words]
    if rule.refers:
        return [
            (each["code"], each.get("label") or each.get("title", each["code"]))
            for each in content.get(rule.refers, [])
        ]
    return []


def _plain(rule: Rule, value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str) and rule.many:
        parts = value.splitlines() if rule.kind == "text" else value.split(",")
        return [part.strip() for part in parts if part.strip()]
    return value
