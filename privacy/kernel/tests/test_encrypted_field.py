"""A sealed value belongs to one table, column and row."""

import uuid

import pytest

from accounts.models import Identifier
from privacy.kernel.blind_index import blind_index
from privacy.kernel.fields import Sealed
from privacy.kernel.keyring import UnreadableValue
from privacy.personal_data.models import Subject

pytestmark = pytest.mark.django_db


def identifier(value: str) -> Identifier:
    return Identifier.objects.create(
        subject=Subject.objects.create(), kind="email", value=value, index=blind_index("email", value)
    )


def test_it_reads_back_and_stands_encrypted_in_the_database() -> None:
    row = identifier("alice@example.com")
    fresh = Identifier.objects.get(pk=row.pk)
    assert fresh.value == "alice@example.com"
    raw = Identifier.objects.filter(pk=row.pk).values_list("value", flat=True)[0]
    assert isinstance(raw, Sealed) and "alice" not in raw


def test_a_value_moved_to_another_row_does_not_open() -> None:
    alice, bob = identifier("alice@example.com"), identifier("bob@example.com")
    stolen = Identifier.objects.filter(pk=alice.pk).values_list("value", flat=True)[0]
    Identifier.objects.filter(pk=bob.pk).update(value=stolen)
    with pytest.raises(UnreadableValue):
        _ = Identifier.objects.get(pk=bob.pk).value


def test_it_refuses_an_update_that_knows_no_row() -> None:
    with pytest.raises(TypeError):
        Identifier.objects.filter(pk=uuid.uuid4()).update(value="clear text")


def test_saving_again_without_reading_keeps_the_ciphertext() -> None:
    row = Identifier.objects.get(pk=identifier("alice@example.com").pk)
    row.source = "agent"
    row.save()
    assert Identifier.objects.get(pk=row.pk).value == "alice@example.com"
