"""Forms of the console: they check shape; the rules are in the services."""

from typing import Any

from django import forms

from privacy.personal_data.contract import handlers
from privacy.retention.rules import HOLD_GROUNDS


class HoldForm(forms.Form):
    """What a hold keeps and why."""

    reason = forms.CharField(
        label="What is it for?",
        help_text="The matter or its number. Only people who may place holds read it.",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )
    ground = forms.ChoiceField(label="Ground", choices=list(HOLD_GROUNDS.items()), widget=forms.RadioSelect)
    email = forms.EmailField(
        label="Email address of the person", help_text="Leave it empty to keep a whole table.", required=False
    )
    tables = forms.MultipleChoiceField(
        label="Tables",
        help_text="Leave it empty to keep everything of the person.",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tables = self.fields["tables"]
        assert isinstance(tables, forms.MultipleChoiceField)  # noqa: S101 - for the type checker: it stands above
        tables.choices = [(one.key, one.label) for one in handlers.all()]
