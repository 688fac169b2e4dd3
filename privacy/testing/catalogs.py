"""Reads the files of translation and the messages in the code, without the tools of gettext."""

import ast
import gettext
import re
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "privacy" / "locale"
ASKING = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
CODE = ("accounts", "consent", "dsr", "privacy")
NOT_OURS = ("templates/admin/",)  # changed copies of Django's own, which brings their translations


@dataclass
class Message:
    """One entry of a .po file."""

    source: str
    plural: str = ""
    forms: dict[int, str] = field(default_factory=dict)
    is_fuzzy: bool = False


def read_po(path: Path) -> dict[str, Message]:
    """Every entry by its source, the header under an empty text."""
    found: dict[str, Message] = {}
    message, target, is_fuzzy = Message(""), "", False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#,"):
            is_fuzzy = is_fuzzy or "fuzzy" in line
        start = re.match(r'(msgid_plural|msgid|msgstr)(?:\[(\d)\])? (".*")$', line)
        text = ast.literal_eval(start[3] if start else line) if start or line.startswith('"') else ""
        if start:
            if start[1] == "msgid":
                message, is_fuzzy = Message(text, is_fuzzy=is_fuzzy), False
            target = start[1] + (start[2] or "")
        if target == "msgid" and not start:
            message.source += text
        elif target == "msgid_plural":
            message.plural += text
        elif target.startswith("msgstr"):
            place = int(target.removeprefix("msgstr") or 0)
            message.forms[place] = message.forms.get(place, "") + text
            found[message.source] = message
    return found


def read_mo(path: Path) -> dict[str, dict[int, str]]:
    """What the compiled file says, in the shape of `read_po`."""
    with path.open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    found: dict[str, dict[int, str]] = {}
    for key, text in vars(compiled)["_catalog"].items():
        source, place = key if isinstance(key, tuple) else (key, 0)
        found.setdefault(source, {})[place] = text
    return found


def messages_in_code(*, without: tuple[str, ...] = ()) -> set[str]:
    """The first text of every call for a translation, in templates and modules; `without` leaves places out, by
    the start of their path."""
    found: set[str] = set()
    for path in sorted((ROOT / "templates").rglob("*.*")):
        name = str(path.relative_to(ROOT))
        text = path.read_text(encoding="utf-8")
        if "i18n" in text and not name.startswith((*NOT_OURS, *without)):
            found |= {ast.literal_eval(each) for each in _calls(templatize(text))}
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not without or not str(path.relative_to(ROOT)).startswith(without):
                found |= _in_module(path)
    return found


def _calls(text: str) -> list[str]:
    literal = r"u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    return re.findall(rf"n?gettext\({literal}", text)


def _in_module(path: Path) -> set[str]:
    source = path.read_text(encoding="utf-8")
    if "gettext" not in source or "tests" in path.parts or "testing" in path.parts:
        return set()
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in ASKING and isinstance(call.args[0], ast.Constant)
    }
