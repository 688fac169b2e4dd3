"""One question says which of our tables hold a person: the same answer as each table gives by itself."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.selectors import person_of
from privacy.personal_data.contract import Person, handlers
from privacy.personal_data.presence import MOST_SUBJECTS, with_rows

pytestmark = pytest.mark.django_db


def by_each(person: Person) -> list[str]:
    return [each.key for each in handlers.all() if any(found.rows for found in each.find(person))]


def test_it_names_exactly_the_tables_with_rows(alice: User, bob: User) -> None:
    for user in (alice, bob):  # twice, so that the kept question is asked about another person too
        person = person_of(user.subject_id)
        found = [handler.key for handler in with_rows(person, handlers.all())]
        assert found == by_each(person) and "accounts.User" in found
    assert with_rows(Person((uuid.uuid4(),)), handlers.all()) == []


def test_a_person_merged_from_many_is_found_by_the_last_of_them(alice: User) -> None:
    strangers = tuple(uuid.uuid4() for _ in range(2 * MOST_SUBJECTS))
    person = Person((*strangers, alice.subject_id))
    assert "accounts.User" in [handler.key for handler in with_rows(person, handlers.all())]


def test_it_takes_one_query(alice: User) -> None:
    person, everybody = person_of(alice.subject_id), handlers.all()
    with CaptureQueriesContext(connection) as asked:
        with_rows(person, everybody)
    assert len(asked) == 1
