"""A mapping of the tests' own, and no terms kept from one test to the next."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from consent.imports.files import folder
from consent.imports.mapping_files import save_mapping
from consent.imports.tests.helpers import PEOPLE
from consent.terms import forget_terms
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR


@pytest.fixture(autouse=True)
def people_mapping(demo_policy: Any) -> Iterator[None]:
    forget_terms()
    shutil.rmtree(folder(), ignore_errors=True)
    save_mapping(name="people", document=PEOPLE, actor=OPERATOR, now=clock.now())
    yield
    forget_terms()
