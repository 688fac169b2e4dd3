"""Forms of intake: they check shape; the rules are in the services."""

from typing import Any

from django import forms

from dsr.rights import RIGHTS
from dsr.services.intake import DESK_CHANNELS, DESK_LEVELS
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.kernel.identifiers import MAX_LENGTH, normalize

LONGEST_MESSAGE = 5000


def as_email(value: str) -> str:
    """The address in its one form; a form error otherwise."""
    try:
        return normalize("email", value)
    except InvalidInput as error:
        raise forms.ValidationError(error.message) from None


def add_domain_error(form: forms.Form, error: DomainError) -> None:
    """Show a rule's no beside the field that it names."""
    form.add_error(error.field if error.field in form.fields else None, error.message)


class RightsForm(forms.Form):
    """What is asked for, in plain words."""

    rights = forms.MultipleChoiceField(
        label="What do you ask for?",
        choices=[(row.code, row.label) for row in RIGHTS.values()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one thing that you ask for.",
            "invalid_choice": "Choose from the list what you ask for.",
        },
    )
    message = forms.CharField(
        label="Anything we should know",
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Needed for a correction or a question. Please send no copy of an identity card.",
        error_messages={"max_length": f"Shorten your message to {LONGEST_MESSAGE} characters."},
    )

    def right_rows(self) -> list[dict[str, Any]]:
        """The boxes with their words, for the template."""
        chosen = set(self["rights"].value() or [])
        return [{"words": row, "is_chosen": row.code in chosen} for row in RIGHTS.values()]


class PublicForm(RightsForm):
    """The form of somebody who is not signed in."""

    email = forms.CharField(
        label="Your email address",
        max_length=MAX_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="The one that we know you by. We mail a link to it to confirm that it is yours.",
        error_messages={"required": "Write your email address: the confirmation goes there."},
    )
    name = forms.CharField(
        label="Your name",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text="If you want to be addressed by it.",
    )
    field_order = ("rights", "message", "email", "name")

    def clean_email(self) -> str:
        return as_email(self.cleaned_data["email"])


class EmailForm(forms.Form):
    """Where the links go."""

    email = forms.CharField(
        label="Your email address",
        max_length=MAX_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": "Write your email address: the links go there."},
    )

    def clean_email(self) -> str:
        return as_email(self.cleaned_data["email"])


class DeskForm(RightsForm):
    """What reached an agent."""

    channel = forms.ChoiceField(label="How did it come?", choices=list(DESK_CHANNELS.items()), widget=forms.RadioSelect)
    received_on = forms.DateField(
        label="Received on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The day the person’s words reached us, such as the stamp on the letter. "
        "The time to answer runs from it.",
        error_messages={"invalid": "Write the day as YYYY-MM-DD.", "required": "Give the day it reached us."},
    )
    late_reason = forms.CharField(
        label="Why it is filed only now", required=False, max_length=500, help_text="Only for a day over two years ago."
    )
    name = forms.CharField(
        label="Name", required=False, max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    email = forms.CharField(
        label="Email", required=False, max_length=MAX_LENGTH, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    postal = forms.CharField(
        label="Postal address",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    phone = forms.CharField(
        label="Phone", required=False, max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    identity_level = forms.ChoiceField(
        label="How did you check who asks?", choices=list(DESK_LEVELS.items()), widget=forms.RadioSelect, initial="V0"
    )
    file_anyway = forms.BooleanField(label="This is another request: file it anyway", required=False)

    def clean_email(self) -> str:
        return as_email(self.cleaned_data["email"]) if self.cleaned_data["email"] else ""
