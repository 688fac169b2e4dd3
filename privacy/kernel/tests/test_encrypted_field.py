"""A sealed value belongs to one table, column and row."""

import uuid
from collections.abc import Callable

import pytest

from accounts.models import Identifier
from privacy.kernel.blind_index import blind_index
from privacy.kernel.fields import Sealed
from privacy.kernel.keyring import UnreadableValue, keyring
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


@pytest.mark.parametrize("bound_to", ["accounts_identifier|source|{}", "accounts_user|value|{}"])
def test_a_value_of_another_column_or_table_does_not_open(bound_to: str) -> None:
    row = identifier("alice@example.com")
    foreign = Sealed(keyring().seal(b"alice@example.com", context=bound_to.format(row.pk)))
    Identifier.objects.filter(pk=row.pk).update(value=foreign)
    with pytest.raises(UnreadableValue):
        _ = Identifier.objects.get(pk=row.pk).value


@pytest.mark.parametrize("harm", [lambda text: text[:6], lambda text: text[:-3], lambda text: f"{text[:9]}é{text[9:]}"])
def test_a_value_that_was_cut_or_is_no_ciphertext_says_so(harm: Callable[[str], str]) -> None:
    row = identifier("alice@example.com")
    stored = Identifier.objects.filter(pk=row.pk).values_list("value", flat=True)[0]
    Identifier.objects.filter(pk=row.pk).update(value=Sealed(harm(stored)))
    with pytest.raises(UnreadableValue):
        _ = Identifier.objects.get(pk=row.pk).value
