"""From a typed policy back to its file. Reading the file again gives an equal document."""

import dataclasses
import datetime as dt
from typing import Any

import yaml

from privacy.policy.document import PolicyDocument
from privacy.policy.entry import Entry

WIDTH = 118
HEAD = "# A version of the policy, written from the console. `manage.py load_policy FILE` reads it.\n"
Base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class Dumper(Base):  # type: ignore[misc]  # the C class has no stubs
    """Writes every value out: the reader refuses aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def to_yaml(document: PolicyDocument) -> str:
    """The file of a document; comments and layout of an earlier file are not kept."""
    text: str = yaml.dump(as_plain(document), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
    return HEAD + text


def as_plain(entry: Entry) -> dict[str, Any]:
    """An entry as plain values, without what is left out: what a file says and a form changes."""
    plain: dict[str, Any] = {}
    for field in dataclasses.fields(entry):
        value = getattr(entry, field.name)
        if field.name != "line" and value != field.default and value not in ((), "", None):
            plain[field.name] = _value(value)
    return plain


def _value(value: Any) -> Any:
    if isinstance(value, Entry):
        return as_plain(value)
    if isinstance(value, tuple):
        return [_value(each) for each in value]
    if isinstance(value, bool | int | dt.date):
        return value
    return str(value)
