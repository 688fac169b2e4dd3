"""Read one JSON object strictly: every field is asked for by name and kind, and what nobody asked for is refused.

    fields = Fields(body)
    site = fields.code("site")
    for value in fields.rows("values", most=50):
        name = value.text("name", most=60)
        value.end()
    fields.end()

Every InvalidInput names the field by its path, such as `values[2].name`, and never repeats what was sent.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Collection
from typing import Any

from privacy.kernel.errors import InvalidInput
from privacy.kernel.texts import TURNS

CODE = re.compile(r"[a-z0-9][a-z0-9_.-]*", re.ASCII)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?", re.ASCII)

LONGEST_TIME = 40


class Fields:
    """One object, and how far it has been read. `at` is the path that leads to it."""

    def __init__(self, body: Any, at: str = "") -> None:
        if not isinstance(body, dict):
            raise InvalidInput("Send a JSON object here.", field=at or "body")
        self._body: dict[str, Any] = body
        self._at = at
        self._read: set[str] = set()

    def path(self, name: str) -> str:
        return f"{self._at}.{name}" if self._at else name

    def end(self) -> None:
        """InvalidInput for a field that nobody asked for."""
        for name in self._body:
            if name not in self._read:
                known = name if CODE.fullmatch(name) and len(name) <= 40 else "?"  # noqa: PLR2004 - no text of theirs
                raise InvalidInput(
                    f"There is no such field. There are: {', '.join(sorted(self._read))}.", field=self.path(known)
                )

    def has(self, name: str) -> bool:
        """Whether the field was sent, and not as null."""
        return self._body.get(name) is not None

    def text(self, name: str, *, most: int, default: str | None = None, lines: bool = False) -> str:
        """A text of 1 to `most` characters, in one line unless `lines`, without what turns its direction."""
        value = self._get(name, default)
        if default is not None and value == default:
            return default
        if not isinstance(value, str):
            raise InvalidInput("Send a text.", field=self.path(name))
        if len(value) > most:
            raise InvalidInput(f"Shorten this to {most} characters.", field=self.path(name))
        allowed = "\n\t\r" if lines else ""
        if any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} and char not in allowed for char in value):
            raise InvalidInput("Remove the control characters.", field=self.path(name))
        value = "".join(char for char in value if char not in TURNS).strip()
        if not value:
            raise InvalidInput("This may not be empty.", field=self.path(name))
        return value

    def code(self, name: str, *, most: int = 60, default: str | None = None) -> str:
        """A code: small letters, digits, hyphen, underscore, dot."""
        value = self.text(name, most=most, default=default)
        if value != default and not CODE.fullmatch(value):
            raise InvalidInput("This is a code: small letters, digits, hyphen and underscore.", field=self.path(name))
        return value

    def choice(self, name: str, options: Collection[str], *, default: str | None = None) -> str:
        """One of these codes."""
        value = self._get(name, default)
        if not isinstance(value, str) or value not in options:
            raise InvalidInput(f"Choose one of: {', '.join(sorted(options))}.", field=self.path(name))
        return value

    def language(self, name: str, *, default: str = "en") -> str:
        """A language tag such as de or pt-BR."""
        value = self._get(name, default)
        if not isinstance(value, str) or not LANGUAGE.fullmatch(value):
            raise InvalidInput("Send a language such as en or pt-BR.", field=self.path(name))
        return value

    def whole(self, name: str, low: int, high: int) -> int:
        """A whole number between two bounds."""
        value = self._get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise InvalidInput(f"Send a whole number from {low} to {high}.", field=self.path(name))
        return value

    def yes(self, name: str, *, default: bool | None = None) -> bool:
        """true or false."""
        value = self._get(name, default)
        if not isinstance(value, bool):
            raise InvalidInput("Send true or false.", field=self.path(name))
        return value

    def day(self, name: str, *, default: dt.date | None = None) -> dt.date:
        """A date such as 2026-05-15."""
        value = self._get(name, default)
        if isinstance(value, dt.date):
            return value
        try:
            if not isinstance(value, str) or len(value) != len("2026-05-15"):
                raise ValueError
            return dt.date.fromisoformat(value)
        except ValueError:
            raise InvalidInput("Send a date such as 2026-05-15.", field=self.path(name)) from None

    def moment(self, name: str) -> dt.datetime:
        """A time with its zone, in UTC."""
        try:
            at = dt.datetime.fromisoformat(self.text(name, most=LONGEST_TIME))
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            raise InvalidInput("Send a time with its zone, such as 2026-05-15T10:00:00Z.", field=self.path(name))
        try:
            return at.astimezone(dt.UTC)
        except OverflowError:
            raise InvalidInput("This time cannot be.", field=self.path(name)) from None

    def part(self, name: str) -> "Fields":
        """An object within this one."""
        return Fields(self._get(name), self.path(name))

    def rows(self, name: str, *, most: int, least: int = 0) -> list["Fields"]:
        """A list of objects."""
        value = self._get(name, [] if least == 0 else None)
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise InvalidInput(f"Send a list of {least} to {most} objects.", field=self.path(name))
        return [Fields(each, f"{self.path(name)}[{number}]") for number, each in enumerate(value)]

    def codes(self, name: str, *, most: int, least: int = 0) -> tuple[str, ...]:
        """A list of codes."""
        value = self._get(name, [] if least == 0 else None)
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise InvalidInput(f"Send a list of {least} to {most} codes.", field=self.path(name))
        for number, each in enumerate(value):
            if not isinstance(each, str) or len(each) > 60 or not CODE.fullmatch(each):  # noqa: PLR2004 - as code()
                raise InvalidInput("This is a code.", field=f"{self.path(name)}[{number}]")
        return tuple(dict.fromkeys(value))

    def texts(self, name: str, *, most: int, longest: int) -> tuple[str, ...]:
        """A list of texts as they were sent, such as addresses; none where it is missing."""
        value = self._get(name, [])
        if not isinstance(value, list) or len(value) > most:
            raise InvalidInput(f"Send a list of at most {most} texts.", field=self.path(name))
        for number, each in enumerate(value):
            if not isinstance(each, str) or not 0 < len(each) <= longest:
                raise InvalidInput(f"Send a text of 1 to {longest} characters.", field=f"{self.path(name)}[{number}]")
        return tuple(value)

    def names_of(self, name: str) -> list[str]:
        """The names in an object that somebody else reads; what stands under them is not looked at."""
        value = self._get(name)
        if not isinstance(value, dict):
            raise InvalidInput("Send a JSON object here.", field=self.path(name))
        return list(value)

    def one_of(self, options: Collection[str]) -> tuple[str, str]:
        """The only field of this object, one of these: its name and its text. For identifiers."""
        names = list(self._body)
        if len(names) != 1 or names[0] not in options or not isinstance(self._body[names[0]], str):
            raise InvalidInput(f"Name one of: {', '.join(sorted(options))}, with a text.", field=self._at or "body")
        self._read.add(names[0])
        return names[0], self._body[names[0]]

    def _get(self, name: str, default: Any = None) -> Any:
        self._read.add(name)
        value = self._body.get(name)
        if value is None:
            if default is None:
                raise InvalidInput("This is missing.", field=self.path(name))
            return default
        return value
