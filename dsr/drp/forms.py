"""The form of the register of authorized agents."""

from django import forms


class AgentForm(forms.Form):
    """An entry of the network's directory, and where the agent may be called back."""

    agent_id = forms.CharField(label="Id in the directory", max_length=60, help_text="Capital letters and underscores.")
    name = forms.CharField(label="Name that people know", max_length=120)
    verify_key = forms.CharField(
        label="Verify key",
        help_text="The verify_key of the directory, in base64. Another key ends the token of the agent.",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    web_url = forms.CharField(label="Homepage", max_length=300, required=False)
    callback_hosts = forms.CharField(
        label="Hosts that may be called back",
        help_text="One a line. None: any public host that a signed request names.",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
