"""Policies for the tests of decisions: the demo policy with one purpose on another basis."""

from typing import Any

import yaml

from consent.terms import forget_terms
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.policy.models import PolicyVersion
from privacy.policy.services import load_policy
from privacy.policy.tests.files import DEMO


def with_purpose(code: str, *, effective_on: str = "2020-01-01", **changes: Any) -> None:
    """Publish a version of that day in which this purpose reads otherwise."""
    values = yaml.safe_load(DEMO)
    values["policy"]["effective_on"] = effective_on
    [purpose] = [each for each in values["purposes"] if each["code"] == code]
    purpose |= changes
    text = yaml.safe_dump(values, allow_unicode=True, sort_keys=False)
    loaded = load_policy(text=text, actor=OPERATOR, now=clock.now())
    draft = PolicyVersion.objects.filter(pk=loaded.version.pk, state="draft")
    draft.update(state="published", published_at=clock.now())  # another basis: legal has to name it anew
    forget_terms()
