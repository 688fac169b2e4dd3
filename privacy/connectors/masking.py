"""What an erasure may write into a column, and how a field of a data map asks for it (`masking_strategy_override`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from privacy.kernel.errors import InvalidInput

ALGORITHMS = {"sha-256": "sha256", "sha_256": "sha256", "sha-512": "sha512", "sha_512": "sha512"}
LONGEST = 64  # letters of a random text
ALLOWED = {  # strategy of the format → our kind, and the words of its configuration that are followed
    "null_rewrite": ("null", frozenset[str]()),
    "string_rewrite": ("constant", frozenset({"rewrite_value", "format_preservation"})),
    "random_string_rewrite": ("random", frozenset({"length", "format_preservation"})),
    "hash": ("hash", frozenset({"algorithm", "format_preservation"})),
    "hmac": ("keyed_hash", frozenset({"algorithm", "format_preservation"})),
}
WHY_NOT = {"aes_encrypt": "what is encrypted can be read again; write hmac or null_rewrite"}


@dataclass(frozen=True, slots=True)
class EraseRule:
    """`kind` default, null, delete, constant, pseudonym, hash, keyed_hash or random; `value` is the constant.

    `suffix` stays readable at the end of what is written, `length` limits a random text (0: the column does), and
    `algorithm` is that of a plain or keyed hash.
    """

    kind: str
    value: Any = None
    suffix: str = ""
    length: int = 0
    algorithm: str = "sha256"


def override_rule(place: str, data: Mapping[str, Any]) -> EraseRule:
    """The rule of a field's `masking_strategy_override`. InvalidInput(dataset) names the field and the mend."""
    strategy, config = str(data.get("strategy") or ""), data.get("configuration") or {}
    if strategy not in ALLOWED:
        why = WHY_NOT.get(strategy, f"write {', '.join(sorted(ALLOWED))}")
        raise InvalidInput(f"{place}: the masking strategy {strategy} is refused: {why}.", field="dataset")
    kind, allowed = ALLOWED[strategy]
    if unknown := set(config) - allowed:
        raise InvalidInput(f"{place}: {strategy} knows no configuration {min(unknown)}.", field="dataset")
    suffix = (config.get("format_preservation") or {}).get("suffix") or ""
    if kind == "constant" and not isinstance(config.get("rewrite_value"), str | int | float):
        raise InvalidInput(f"{place}: string_rewrite needs a rewrite_value.", field="dataset")
    value = config.get("rewrite_value")
    algorithm = ALGORITHMS.get(str(config.get("algorithm") or "sha-256").lower())
    if algorithm is None:
        raise InvalidInput(f"{place}: the algorithm is SHA-256 or SHA-512.", field="dataset")
    length = config.get("length") or 0
    if not isinstance(length, int) or isinstance(length, bool) or not 0 <= length <= LONGEST:
        raise InvalidInput(f"{place}: the length of a random text is a number up to {LONGEST}.", field="dataset")
    if kind == "constant" and suffix:
        value, suffix = f"{value}{suffix}", ""
    return EraseRule(kind, value, str(suffix), length, algorithm)
