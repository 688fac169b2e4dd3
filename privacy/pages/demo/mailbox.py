"""The captured mail of the demo, and which words of it are links."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from privacy.jobs.models import CapturedMail

SHOWN = 40


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as the page shows it."""

    row: CapturedMail
    body: SafeString


def newest_mail() -> list[Mail]:
    """The newest first. Only links to this installation are links; every other address is plain text."""
    rows = CapturedMail.objects.filter(is_demo=True).order_by("-created_at", "id")[:SHOWN]
    return [Mail(row, with_own_links(row.text)) for row in rows]


def with_own_links(text: str) -> SafeString:
    """The text, escaped, with our own addresses as links."""
    base = settings.KEPT_BASE_URL + "/"
    lines = []
    for line in text.splitlines():
        words = [_word(word, base) for word in line.split(" ")]
        lines.append(" ".join(words))
    return mark_safe("\n".join(lines))  # noqa: S308  # every word is escaped in _word


def _word(word: str, base: str) -> str:
    safe = escape(word)
    if not word.startswith(base):
        return safe
    end = len(word.rstrip(".,;:!?)"))
    address, rest = escape(word[:end]), escape(word[end:])
    return f'<a href="{address}">{address}</a>{rest}'
