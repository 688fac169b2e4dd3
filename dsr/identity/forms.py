"""Forms of identity: they check shape; the rules are in the services."""

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy.kernel.identifiers import MAX_LENGTH

LONGEST_REFERENCE = 12


class ReferenceForm(forms.Form):
    """Which request."""

    reference = forms.CharField(
        label=_("Reference"),
        max_length=LONGEST_REFERENCE,
        help_text=_("It begins with KX."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Write the reference of the request; it stands in our mail.")},
    )

    def clean_reference(self) -> str:
        return str(self.cleaned_data["reference"]).strip().upper()


class CodeForm(ReferenceForm):
    """A code and the request that it is for."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("Six digits."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": _("Write the six digits of our mail.")},
    )


class AddressForm(ReferenceForm):
    """The right address of a request."""

    email = forms.CharField(
        label="The right address",
        max_length=MAX_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Write the address that the person gave."},
    )
