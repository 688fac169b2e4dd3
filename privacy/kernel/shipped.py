"""Scripts that leave with a file and check it elsewhere: one text each, that needs Python and nothing of ours."""

import functools
import re
from pathlib import Path

ALONE = re.compile(r"^from privacy\.kernel\.plain_ed25519 import .*\n", re.MULTILINE)
FUTURE = "from __future__ import annotations\n"


@functools.lru_cache(maxsize=8)
def shipped(script: Path) -> str:
    """The script with `plain_ed25519` inside it, in the place of its import. ValueError where it does not import it."""
    text = script.read_text(encoding="utf-8")
    inside = Path(__file__).with_name("plain_ed25519.py").read_text(encoding="utf-8")
    _, _, inside = inside.partition(FUTURE)
    if len(ALONE.findall(text)) != 1:
        raise ValueError(f"{script.name} imports plain_ed25519 once, on one line.")
    return ALONE.sub(lambda _: f"\n# --- Signatures ---\n{inside.rstrip()}\n\n# --- The check ---\n", text)
