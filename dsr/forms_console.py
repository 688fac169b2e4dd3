"""Forms of the console: they check shape; the rules are in the services."""

from typing import Any

from django import forms

from dsr.grounds import Ground
from dsr.outcomes import BY_SYSTEMS, REVIEWS, SHORTEST_WORDS, STAYS, Decision, Kept, Regimes, grounds_for, outcomes_for
from dsr.services.extending import REASONS, SHORTEST_REASON
from dsr.services.planning import IDENTITY_METHODS
from dsr.states import Right


def ground_choice(row: Ground) -> tuple[str, str]:
    """A ground as staff choose it."""
    return row.code, f"{row.article}: {row.sentence}"


def set_choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    """Give a field of a form its choices."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
    field.choices = choices


class IdentityForm(forms.Form):
    """How legal knows who asks."""

    method = forms.ChoiceField(
        label="How did you check who asks?", choices=list(IDENTITY_METHODS.items()), widget=forms.RadioSelect
    )


class RefusalForm(forms.Form):
    """Ground and reasons of a refusal."""

    ground = forms.ChoiceField(label="Ground", choices=[], widget=forms.RadioSelect)
    reasons = forms.CharField(
        label="Reasons, as the person will read them",
        widget=forms.Textarea(attrs={"rows": 6}),
        min_length=20,
        max_length=4000,
    )

    def __init__(self, *args: Any, regimes: Regimes, rights: list[str], **kwargs: Any) -> None:
        """`regimes`: the laws of the case; only grounds that refuse all of `rights` under them are shown."""
        super().__init__(*args, **kwargs)
        lists = [[row for row in grounds_for(right, regimes) if row.allows_whole] for right in rights] or [[]]
        fitting = [row for row in lists[0] if all(row in other for other in lists)]
        set_choices(self, "ground", [ground_choice(row) for row in fitting])


class ExtensionForm(forms.Form):
    """Why more time is needed."""

    reason = forms.ChoiceField(label="Why", choices=list(REASONS.items()), widget=forms.RadioSelect)
    words = forms.CharField(
        label="In plain words, as the person will read it",
        widget=forms.Textarea(attrs={"rows": 6}),
        min_length=SHORTEST_REASON,
        max_length=4000,
    )


class LiftingForm(forms.Form):
    """Why a restriction ends."""

    words = forms.CharField(
        label="Why it ends, as the person will read it",
        widget=forms.Textarea(attrs={"rows": 6}),
        min_length=SHORTEST_WORDS,
        max_length=4000,
    )


class AnswerForm(forms.Form):
    """The decision about one right. Which fields there are depends on the right."""

    outcome = forms.ChoiceField(label="What do we do?", widget=forms.RadioSelect)
    ground = forms.ChoiceField(
        label="Ground, where something is not done", widget=forms.RadioSelect, required=False, choices=[]
    )
    words = forms.CharField(
        label="In plain words, as the person will read it",
        help_text=f"At least {SHORTEST_WORDS} characters where something is not done, corrected or asked.",
        widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
        max_length=4000,
    )

    def __init__(
        self,
        *args: Any,
        right: str,
        regimes: Regimes,
        systems: dict[str, str],
        purposes: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        """`regimes`: the laws of the case; `systems`: key → label of every outside system; `purposes`: (code,
        label) of every use that can end."""
        super().__init__(*args, **kwargs)
        set_choices(self, "outcome", list(outcomes_for(right, regimes).items()))
        grounds = grounds_for(Right.ERASURE if right == Right.CHILD_REPORT else right, regimes)
        set_choices(self, "ground", [("", "None is needed"), *map(ground_choice, grounds)])
        if not grounds:
            del self.fields["ground"]
        if right == Right.CHILD_REPORT:
            self.fields["outcome"].initial = "fulfilled"
        if right == Right.AUTOMATED_DECISION:
            self.fields["review"] = forms.ChoiceField(
                label="Who looked at the decision again came to this",
                choices=list(REVIEWS.items()),
                widget=forms.RadioSelect,
                required=False,
            )
        self.systems = systems if right in BY_SYSTEMS else {}
        for key, label in self.systems.items():
            self.fields[f"system:{key}"] = forms.ChoiceField(
                label=f"{label}: what did you find and do there?",
                choices=[
                    ("", "Not looked at yet"),
                    ("done", "Done there"),
                    ("nothing_held", "Nothing held about the person"),
                    ("not_offered", "The system cannot do this"),
                ],
                required=False,
            )
            self._add_kept(key, label, [each for each in grounds if each.allows_partial])
        if right in {Right.OBJECTION, Right.CONSENT_WITHDRAWAL}:
            self.fields["purposes"] = forms.MultipleChoiceField(
                label="Which uses end?",
                help_text="" if right == Right.OBJECTION else "None chosen: everything that the person allowed.",
                choices=purposes,
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )

    def _add_kept(self, key: str, label: str, grounds: list[Ground]) -> None:
        """Why one system does not do it."""
        where = f"{label}, where it cannot do this"
        choices = [("", "None is needed"), *map(ground_choice, grounds)]
        self.fields[f"ground:{key}"] = forms.ChoiceField(label=f"{where}: the ground", choices=choices, required=False)
        self.fields[f"words:{key}"] = forms.CharField(
            label=f"{where}: why, as the person will read it", required=False, max_length=2000
        )
        self.fields[f"review:{key}"] = forms.DateField(
            label=f"{where}: the day of the next look",
            widget=forms.DateInput(attrs={"type": "date"}),
            required=False,
        )

    def _kept(self, key: str) -> Kept:
        values = self.cleaned_data
        return Kept(values[f"ground:{key}"], values[f"words:{key}"], values[f"review:{key}"] or None)

    def decision(self) -> Decision:
        """What was entered, once the form is valid."""
        values = self.cleaned_data
        return Decision(
            outcome=values["outcome"],
            words=values["words"],
            ground=values.get("ground", ""),
            systems={key: values[f"system:{key}"] for key in self.systems if values[f"system:{key}"]},
            purposes=tuple(values.get("purposes", ())),
            review=values.get("review", ""),
            evidence=values.get("evidence", ""),
            kept={key: self._kept(key) for key in self.systems if values[f"system:{key}"] in STAYS},
        )
