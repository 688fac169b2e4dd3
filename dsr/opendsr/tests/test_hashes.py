"""Identities that came as hashes: compared in the customer's own databases, and nowhere else."""

import hashlib
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from dsr.opendsr.looking import look
from dsr.opendsr.models import ProtocolRequest
from dsr.opendsr.tests.client import request_body
from dsr.opendsr.tests.conftest import MakeCustomer
from privacy.connectors.sample import build_sample_shop
from privacy.kernel import clock

pytestmark = pytest.mark.django_db
DANA = "dana.demo@example.com"


@pytest.mark.parametrize("form", ["sha256", "sha1", "md5"])
def test_a_hash_finds_its_person_in_the_customers_database_only(
    make_customer: MakeCustomer, tmp_path: Path, alice: User, form: str
) -> None:
    call_command("connect", str(build_sample_shop(tmp_path / "shop.sqlite")))
    customer = make_customer("Acme", "shop")
    hashed = [hashlib.new(form, each.encode()).hexdigest().upper() for each in (DANA, alice.email)]
    identities = [{"identity_type": "email", "identity_format": form, "identity_value": each} for each in hashed]
    sent = request_body(subject_request_type="access", subject_identities=identities)
    headers = {"Authorization": f"Bearer {customer.key}"}
    answer = Client().post("/opendsr/requests", sent, content_type="application/json", headers=headers)
    assert answer.status_code == 201
    seen = look(ProtocolRequest.objects.get(), now=clock.now())
    assert [each.value for each in seen.matched.person.identities] == [DANA]  # alice is ours, not the customer's
    assert seen.matched.unmatched == 1 and not seen.matched.cannot
    assert sum(each.rows for _, tables in seen.found for each in tables) > 0
