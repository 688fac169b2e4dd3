"""The question for a day of birth: nothing is chosen beforehand, and nothing says which answer is the good one."""

import datetime as dt
import functools
from importlib.resources import files
from typing import Any

from django import forms

ELSEWHERE = "ZZ"
LATEST = 9999


@functools.lru_cache(maxsize=1)
def countries() -> tuple[tuple[str, str], ...]:
    """ISO 3166 codes and names, by name; they come with the time zones."""
    text = (files("tzdata.zoneinfo") / "iso3166.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(sorted(((code, name) for code, name in rows), key=lambda row: row[1]))


def _part(label: str, autocomplete: str, most: int) -> forms.IntegerField:
    attrs = {"inputmode": "numeric", "autocomplete": autocomplete, "maxlength": len(str(most))}
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=most,
        widget=forms.TextInput(attrs=attrs),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), f"Write the {label.lower()}."),
    )


class BirthForm(forms.Form):
    """When and where: looked at, and not kept."""

    day = _part("Day", "off", 31)
    month = _part("Month", "off", 12)
    year = _part("Year", "off", LATEST)
    country = forms.ChoiceField(
        label="The country that you live in",
        choices=lambda: [("", "Choose"), *countries(), (ELSEWHERE, "Another country")],
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose a country from the list."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if {"day", "month", "year"} <= set(values):
            try:
                values["born_on"] = dt.date(values["year"], values["month"], values["day"])
            except ValueError:
                self.add_error("day", "There is no such day. Write day, month and year of your birth.")
        if values.get("country") == ELSEWHERE:
            values["country"] = ""
        return values
