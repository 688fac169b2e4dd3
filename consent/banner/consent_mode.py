"""Google Consent Mode v2: our purposes as Google's seven types. The site's own tags read it; we call nobody."""

import functools
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from consent.banner.state import banner_terms
from privacy.policy.regions import default_state
from privacy.policy.selectors import today

TYPES = (
    "ad_storage",
    "ad_user_data",
    "ad_personalization",
    "analytics_storage",
    "functionality_storage",
    "personalization_storage",
    "security_storage",
)
LONGEST_WAIT = 10_000


class BadMapping(ValueError):
    """The mapping cannot be used; the text says what to mend."""


def consent_mode() -> dict[str, Any]:
    """For the banner's script: `t` type → purposes, `w` how long tags wait, `r` what is otherwise in a region.

    A purpose that the banner does not ask for counts as not granted: it keeps its types denied.
    """
    mapping = _read(settings.KEPT_CONSENT_MODE)
    return {"t": mapping["types"], "w": mapping["wait"], "r": _regions()}


def _regions() -> list[dict[str, Any]]:
    """Where a dated rule of the policy puts purposes on before anybody chose: Google's regions and those purposes."""
    terms = banner_terms()
    rules = next(iter(terms.values())).regions if terms else ()
    on = today()
    found = []
    for rule in rules:
        codes = [code for code in terms if default_state(rules, code, rule.code, on).is_on]
        if codes:
            found.append({"r": list(rule.covers) or [rule.code], "s": dict.fromkeys(codes, 1)})
    return found


@functools.lru_cache(maxsize=4)
def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        types, wait = dict(content["types"]), content.get("wait_for_update", 500)
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadMapping(f"The consent mode mapping cannot be read ({type(error).__name__}).") from None
    if set(types) != set(TYPES):
        raise BadMapping(f"The consent mode mapping needs exactly these types: {', '.join(TYPES)}.")
    if any(not isinstance(of, list) or not all(isinstance(one, str) for one in of) for of in types.values()):
        raise BadMapping("Beside each type of the consent mode mapping stands a list of purposes.")
    if type(wait) is not int or not 0 <= wait <= LONGEST_WAIT:
        raise BadMapping(f"wait_for_update is a number of milliseconds up to {LONGEST_WAIT}.")
    return {"types": {name: types[name] for name in TYPES}, "wait": wait}
