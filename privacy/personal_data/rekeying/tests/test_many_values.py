"""A new key over very many values: piece by piece, in the same memory, and going on where it was stopped."""

import os
import tracemalloc
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from privacy.connectors.models import VendorRequest
from privacy.kernel import bulk_rows, clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.keyring import keyring
from privacy.personal_data.rekeying import services
from privacy.personal_data.rekeying.columns import KeyedColumn
from privacy.personal_data.rekeying.services import CHUNK, count_old, rotate_keys
from privacy.personal_data.rekeying.tests.test_rotation import next_key

pytestmark = pytest.mark.django_db
MANY, KILLED_AT = int(os.environ.get("KEPT_MANY_VALUES", "20000")), 10  # more on demand: memory stays the same
LABEL = "connectors.VendorRequest.results_url"
MOST_BYTES = 2 * 1024 * 1024  # the sealed values alone are some three megabytes


def fill() -> None:
    """So many sealed values, made one at a time."""
    field, at, ring = VendorRequest._meta.get_field("results_url"), clock.now().isoformat(), keyring()

    def rows() -> Iterator[tuple[bulk_rows.Plain, ...]]:
        for number in range(MANY):
            row = VendorRequest(pk=uuid.UUID(int=number + 1))
            text = f"https://vendor.example/results/{number:06}".encode()
            sealed = ring.seal(text, context=field.context_of(row))
            yield str(row.pk), "vendor", "access", f"{number:064}", "completed", at, sealed

    names = ("id", "system", "kind", "person_mac", "status", "filed_at", "results_url")
    bulk_rows.write_rows(VendorRequest, names, rows())


def test_many_values_in_pieces_in_the_same_memory_and_killed_midway(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill()
    next_key(settings)
    assert count_old() == {LABEL: MANY}
    pieces, write = list[int](), services._write

    def counted(column: KeyedColumn, keys: list[Any]) -> tuple[int, int]:
        if len(pieces) == KILLED_AT:
            raise KeyboardInterrupt
        pieces.append(len(keys))
        return write(column, keys)

    with monkeypatch.context() as patch:
        patch.setattr(services, "_write", counted)
        with pytest.raises(KeyboardInterrupt):
            rotate_keys(actor=OPERATOR, now=clock.now())
    assert pieces == [CHUNK] * KILLED_AT and count_old() == {LABEL: MANY - KILLED_AT * CHUNK}
    tracemalloc.start()
    found = rotate_keys(actor=OPERATOR, now=clock.now())
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.done == {LABEL: MANY - KILLED_AT * CHUNK} and not found.stuck and count_old() == {}
    assert taken < MOST_BYTES
    last = VendorRequest.objects.get(pk=uuid.UUID(int=MANY))
    assert last.results_url == f"https://vendor.example/results/{MANY - 1:06}"
    assert rotate_keys(actor=OPERATOR, now=clock.now()).done == {}
