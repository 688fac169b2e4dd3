"""Every declared table of ours passes what every connector must."""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import serializers

from privacy.connectors.conformance import NotConforming, check_handler
from privacy.personal_data.contract import Chunk, ChunkResult, Handler, Identity, Person
from privacy.personal_data.declaring import declarations
from privacy.personal_data.model_handler import ModelHandler
from privacy.personal_data.ordering import in_erasure_order
from privacy.personal_data.tests.filling import Filling

pytestmark = pytest.mark.django_db


class TableWorld:
    """One table of ours as a world of the checks: a row about each of two people, and the marks in its fields."""

    stranger = Person(())

    def __init__(self, handler: Handler, dana: Filling, erik: Filling) -> None:
        self.handler: Handler = handler
        self.person = Person((dana.subject.pk,), (Identity("email", dana.own),))
        self.other = Person((erik.subject.pk,), (Identity("email", erik.own),))
        self.secrets: tuple[str, ...] = (dana.secret,)

    def rows(self, person: Person | None) -> Any:
        assert isinstance(self.handler, ModelHandler)
        every = self.handler.declaration.model._base_manager.order_by("pk")
        return serializers.serialize("json", every if person is None else self.handler.rows_of(person))

    def state(self) -> Any:
        return self.rows(None)

    def state_of_others(self) -> Any:
        return self.rows(self.other)

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        raise AssertionError("Our own tables are as silent as Kept itself.")
        yield


@pytest.fixture
def people() -> tuple[Filling, Filling]:
    dana, erik = Filling("dana"), Filling("erik")
    dana.everything()
    erik.everything()
    return dana, erik


def test_every_table_of_ours_conforms(people: tuple[Filling, Filling]) -> None:
    """In the order of an erasure, so that at its end the database must still hold together."""
    ours = [handler for handler in in_erasure_order() if isinstance(handler, ModelHandler)]
    assert {handler.key for handler in ours} == set(declarations)
    faults = {}
    for handler in ours:
        try:
            check_handler(TableWorld(handler, *people))
        except NotConforming as fault:
            faults[handler.key] = str(fault)
    assert faults == {}


class Careless(ModelHandler):
    """A table that erases everybody."""

    def apply_chunk(self, chunk: Chunk) -> ChunkResult:
        result = super().apply_chunk(chunk)
        self.declaration.model._base_manager.all()._raw_delete("default")
        return result


def test_a_table_that_takes_others_along_does_not(people: tuple[Filling, Filling]) -> None:
    with pytest.raises(NotConforming, match="other people"):
        check_handler(TableWorld(Careless(declarations["accounts.Identifier"]), *people))
