"""Which signals a request carries. Exactly `1` counts, and nothing else that a program may send.

Whoever reads them makes the answer vary by them; the middleware then says so to caches.
"""

from collections.abc import Iterable, Mapping

from django.http import HttpRequest

HEADERS = {"gpc": "Sec-GPC", "dnt": "DNT"}
SIGNALS = frozenset(HEADERS)
LABELS = {"gpc": "Global Privacy Control", "dnt": "Do Not Track"}
_META = {signal: f"HTTP_{header.upper().replace('-', '_')}" for signal, header in HEADERS.items()}


def sent(meta: Mapping[str, object]) -> frozenset[str]:
    """The signals in the headers. Servers join a header that came twice by a comma: one exact `1` is enough."""
    found = {signal for signal, name in _META.items() if (value := meta.get(name)) and _is_one(str(value))}
    return frozenset(found)


def _is_one(value: str) -> bool:
    return value == "1" or any(part.strip(" \t") == "1" for part in value.split(","))


def told(values: Iterable[str]) -> frozenset[str]:
    """The signals that a script or a partner system names, of those that exist."""
    return SIGNALS.intersection(values)


def signals_of(request: HttpRequest) -> frozenset[str]:
    """The signals that this request carries; the answer varies by them from here on."""
    request.META["kept.signals_read"] = True
    return sent(request.META)
