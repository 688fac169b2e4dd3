"""The question for a day of birth: nothing is chosen beforehand, and nothing says which answer is the good one."""

import datetime as dt
import unicodedata
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from privacy.kernel.countries import country_names
from privacy.kernel.languages import MAIN

ELSEWHERE = "ZZ"
LATEST = 9999


def countries() -> list[tuple[str, str]]:
    """ISO 3166 codes and names in the reader's language, by name; accents do not count where they sort."""
    return sorted(country_names(get_language() or MAIN).items(), key=lambda row: _plain(row[1]))


def _plain(name: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each)).casefold()


def _part(label: Any, missing: Any, most: int) -> forms.IntegerField:
    attrs = {"inputmode": "numeric", "autocomplete": "off", "maxlength": len(str(most))}
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=most,
        widget=forms.TextInput(attrs=attrs),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), missing),
    )


class BirthForm(forms.Form):
    """When and where: looked at, and not kept."""

    day = _part(_("Day"), _("Write the day."), 31)
    month = _part(_("Month"), _("Write the month."), 12)
    year = _part(_("Year"), _("Write the year."), LATEST)
    country = forms.ChoiceField(
        label=_("The country that you live in"),
        choices=lambda: [("", _("Choose")), *countries(), (ELSEWHERE, _("Another country"))],
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a country from the list.")),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if {"day", "month", "year"} <= set(values):
            try:
                values["born_on"] = dt.date(values["year"], values["month"], values["day"])
            except ValueError:
                self.add_error("day", _("There is no such day. Write day, month and year of your birth."))
        if values.get("country") == ELSEWHERE:
            values["country"] = ""
        return values
