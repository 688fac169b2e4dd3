"""`manage.py check`: no undeclared personal data, and no declaration that outlived its model."""

import functools
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.db.models import Model

from privacy.personal_data.declaring import declarations, exemptions

TAG = "personal_data"


@register(TAG)
def every_field_is_declared(**_: Any) -> list[CheckMessage]:
    """One error for each model or field that nobody declared, and for each stale declaration."""
    models = {model._meta.label: model for model in apps.get_models(include_auto_created=True)}
    messages: list[CheckMessage] = []
    for label, model in models.items():
        if label in declarations:
            messages += _compare_fields(label, model)
        elif label in exemptions:
            messages += _compare_exempt(label, model)
        else:
            hint = f"Add declare({label!r}, …) or exempt({label!r}, reason) to personal_data.py of its app."
            messages.append(Error(f"{label} is not declared.", hint=hint, id="personal_data.E001"))
    stale = [label for label in exemptions if label not in models]
    messages += [
        Error(f"The exemption of {label} is stale: no such model.", id="personal_data.E003") for label in stale
    ]
    return messages


def _compare_fields(label: str, model: type[Model]) -> list[CheckMessage]:
    concrete = {field.name for field in model._meta.concrete_fields}
    named = set(declarations[label].fields)
    missing = [
        Error(f"{label}.{name} is not declared.", hint="Say shown, secret or technical.", id="personal_data.E002")
        for name in sorted(concrete - named)
    ]
    stale = [
        Error(f"The declaration of {label}.{name} is stale: no such field.", id="personal_data.E004")
        for name in sorted(named - concrete)
    ]
    wrong = [
        Error(f"{label}.{name} is erased by anonymizing but says no blank value anywhere.", id="personal_data.E005")
        for name in ([label] if _anonymizes_nothing(label) else [])
    ]
    return [*missing, *stale, *wrong]


def _compare_exempt(label: str, model: type[Model]) -> list[CheckMessage]:
    """An exemption was given for the fields that somebody had looked at; a new one needs another look."""
    concrete, looked_at = {field.name for field in model._meta.concrete_fields}, exempt_fields().get(label, frozenset())
    hint = "Look whether it can be about a person: declare the model, or add the field to exempt_fields.txt."
    new = [
        Error(f"{label}.{name} is new on an exempt model.", hint=hint, id="personal_data.E006")
        for name in sorted(concrete - looked_at)
    ]
    gone = [
        Error(f"exempt_fields.txt names {label}.{name}: no such field.", id="personal_data.E007")
        for name in sorted(looked_at - concrete)
    ]
    return [*new, *gone]


@functools.cache
def exempt_fields() -> dict[str, frozenset[str]]:
    """Model → the fields that it had when it was exempted."""
    lines = (Path(__file__).parent / "exempt_fields.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.partition(":") for line in lines if line and not line.startswith("#")]
    return {label: frozenset(names.split()) for label, _, names in pairs}


def _anonymizes_nothing(label: str) -> bool:
    declared = declarations[label]
    return declared.on_erase.kind == "anonymize" and not any(rule.is_blanked for rule in declared.fields.values())
