"""The fixtures of subject requests, and the sample shop in which alice is a customer."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from dsr.models import RequestItem, SubjectRequest
from dsr.tests.conftest import house, make_case, shop
from privacy.connectors.sample import build_sample_shop
from privacy.connectors.services import connect_systems
from privacy.connectors.systems_file import read_systems_file
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR

__all__ = ["house", "make_case", "shop"]
Ask = Callable[[str], list[Any]]


@pytest.fixture
def ask(tmp_path: Path, alice: User) -> Ask:
    """The sample shop, connected, with one customer made into alice; asks its database."""
    systems = build_sample_shop(tmp_path / "sample.sqlite")

    def run(statement: str) -> list[Any]:
        with closing(sqlite3.connect(systems.with_suffix(".sqlite"))) as connection, connection:
            return connection.execute(statement).fetchall()

    run("UPDATE customers SET email = 'alice@example.com' WHERE email = 'dana.demo@example.com'")
    connect_systems(specs=read_systems_file(systems), actor=OPERATOR, now=clock.now())
    return run


@pytest.fixture
def case(make_case: Callable[..., SubjectRequest]) -> SubjectRequest:
    found = make_case(identity_level="V2")
    found.items.all().delete()
    RequestItem.objects.create(subject_request=found, right="rectification")
    return found
