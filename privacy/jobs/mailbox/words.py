"""What a person typed themselves: without quotes, signature, and what mail programs put before a subject. Pure."""

import re

PREFIX = re.compile(r"^\s*((re|aw|fw|fwd|wg|tr|rv|enc|sv|antw|res)\s*(\[\d+\])?\s*:\s*)+", re.IGNORECASE)
QUOTED = re.compile(
    r"^\s*>|^\s*-{2,}\s*(original|urspr|mensaje|mensagem|message)|^\s*_{5,}|^-- ?$"
    r"|^\s*(on|am|le|el|em)\s.{4,120}(wrote|schrieb|écrit|escribió|escreveu)\s*:?\s*$|^\s*(from|von|de)\s*:\s",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """What the person typed: no quotes, no signature."""
    lines = []
    for line in text.splitlines():
        if QUOTED.search(line):
            break
        lines.append(line)
    return "\n".join(lines).strip()


def plain_subject(subject_line: str) -> str:
    """The subject without Re:, AW:, Fwd: and their like."""
    return PREFIX.sub("", subject_line)
