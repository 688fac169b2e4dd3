"""Forms of intake: they check shape; the rules are in the services."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dsr.regions import region_choices
from dsr.rights import RIGHTS
from dsr.services.intake import DESK_CHANNELS, DESK_LEVELS
from privacy.kernel.errors import DomainError, InvalidInput
from privacy.kernel.identifiers import MAX_LENGTH, normalize

LONGEST_MESSAGE = 5000
LONGEST_TEXT = 20_000
LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese"}


def as_email(value: str) -> str:
    """The address in its one form; a form error otherwise."""
    try:
        return normalize("email", value)
    except InvalidInput as error:
        raise forms.ValidationError(gettext(error.message)) from None


def add_domain_error(form: forms.Form, error: DomainError) -> None:
    """Show a rule's no beside the field that it names."""
    form.add_error(error.field if error.field in form.fields else None, gettext(error.message))


class RightsForm(forms.Form):
    """What is asked for, in plain words."""

    rights = forms.MultipleChoiceField(
        label=_("What do you ask for?"),
        choices=[(row.code, row.label) for row in RIGHTS.values()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one thing that you ask for."),
            "invalid_choice": _("Choose from the list what you ask for."),
        },
    )
    message = forms.CharField(
        label=_("Anything we should know"),
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Needed for a correction or a question. Please send no copy of an identity card."),
        error_messages={"max_length": _("Shorten your message to %(limit_value)s characters.")},
    )

    region = forms.ChoiceField(
        label=_("Where do you live?"),
        required=False,
        choices=region_choices,
        help_text=_("Some laws give a shorter time or more rights. We use it for nothing else."),
        error_messages={"invalid_choice": _("Choose from the list where you live.")},
    )

    def usual_rows(self) -> list[dict[str, Any]]:
        """The boxes that most people need, with their words."""
        return self._rows(is_rare=False)

    def rare_rows(self) -> list[dict[str, Any]]:
        """The boxes that stand folded away."""
        return self._rows(is_rare=True)

    def rare_is_open(self) -> bool:
        """Whether one of them is ticked, so that nobody misses it."""
        return any(row["is_chosen"] for row in self.rare_rows())

    def _rows(self, *, is_rare: bool) -> list[dict[str, Any]]:
        chosen = set(self["rights"].value() or [])
        rows = (row for row in RIGHTS.values() if row.is_rare is is_rare)
        return [{"words": row, "is_chosen": row.code in chosen} for row in rows]


class PublicForm(RightsForm):
    """The form of somebody who is not signed in."""

    email = forms.CharField(
        label=_("Your email address"),
        max_length=MAX_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("The one that we know you by. We mail a link to it to confirm that it is yours."),
        error_messages={"required": _("Write your email address: the confirmation goes there.")},
    )
    name = forms.CharField(
        label=_("Your name"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("If you want to be addressed by it."),
    )
    field_order = ("rights", "message", "email", "name", "region")

    def clean_email(self) -> str:
        return as_email(self.cleaned_data["email"])


class EmailForm(forms.Form):
    """Where the links go."""

    email = forms.CharField(
        label=_("Your email address"),
        max_length=MAX_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Write your email address: the links go there.")},
    )

    def clean_email(self) -> str:
        return as_email(self.cleaned_data["email"])


class DeskForm(RightsForm):
    """What reached an agent: at most twelve fields on the screen. "Read it" fills what it can from the first two."""

    message = forms.CharField(
        label="What the person wrote or said",
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Paste the mail or the letter here and press “Read it”. Needed for a correction or a question.",
        error_messages={"max_length": f"Shorten the text to {LONGEST_TEXT} characters."},
    )
    file = forms.FileField(
        label="Or a file",
        required=False,
        help_text="A mail (.eml) or a text (.txt) is read; a scan (PDF or picture) is attached when you file.",
        widget=forms.FileInput(attrs={"accept": ".eml,.txt,.pdf,.png,.jpg,.jpeg,.tif,.tiff,.webp"}),
    )
    mail = forms.UUIDField(required=False, widget=forms.HiddenInput)
    language = forms.ChoiceField(label="Answer in", choices=list(LANGUAGES.items()), required=False)
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
    region = forms.ChoiceField(
        label="Where does the person live?",
        required=False,
        choices=region_choices,
        help_text="If they said so. The law there may give a shorter time.",
        error_messages={"invalid_choice": "Choose from the list where the person lives."},
    )
    file_anyway = forms.BooleanField(required=False)  # a button, once an open request was shown

    def clean_email(self) -> str:
        return as_email(self.cleaned_data["email"]) if self.cleaned_data["email"] else ""
