"""The one script that a site embeds: code, styles, words and this browser's state in a single answer.

Its parts stand readable in `parts/`; here they lose comments and indentation, once in each process. Nothing in it
comes from a request but what was checked to be a code, and everything that is data is JSON.
"""

import functools
import gzip
import json
import re
from pathlib import Path
from typing import Any

from consent.banner.services import text_mark
from consent.banner.sites import Asking
from consent.banner.state import BannerState
from consent.banner.words import WORDS

PARTS = Path(__file__).parent / "parts"
# What could end a script element, or is a line end to older programs: a page may inline this script.
ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def banner_script(
    site: Asking, state: BannerState, *, language: str, is_known: bool, consent_mode: dict[str, Any] | None
) -> bytes:
    """The script for one browser on one site."""
    settings = {
        "k": site.key,
        "l": language,
        "v": text_mark(state, language),
        "w": WORDS[language],
        "c": styles(),
        "s": state.signals,
        "a": int(state.is_open),
        "b": int(is_known),
        "m": consent_mode,
        "p": [
            {"c": one.code, "n": one.label, "t": one.text, "g": int(one.is_allowed), "d": one.denied_by}
            for one in state.purposes
        ],
    }
    text = json.dumps(settings, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES)
    return code().replace("})(C,", f"}})({text},", 1).encode()


@functools.lru_cache(maxsize=64)
def packed(script: bytes) -> bytes:
    """Compressed for the way. It holds no secret that a stranger could guess at by sizes: choices and texts."""
    return gzip.compress(script, 9, mtime=0)


@functools.lru_cache(maxsize=1)
def code() -> str:
    """banner.js without comments and indentation. Its strings hold no line ends, so lines can go."""
    lines = (PARTS / "banner.js").read_text(encoding="utf-8").splitlines()
    kept = [line.strip() for line in lines if line.strip() and not line.strip().startswith("//")]
    return "\n".join(kept)


@functools.lru_cache(maxsize=1)
def styles() -> str:
    """banner.css in one line."""
    text = (PARTS / "banner.css").read_text(encoding="utf-8")
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"\s+", " ", re.sub(r": ", ":", text))).replace(";}", "}").strip()
