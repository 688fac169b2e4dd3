"""What the tests of OpenDSR share: our certificate, a customer with a key, and a shop that is its own."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from dsr.opendsr.controllers import give_key, keep_controller
from dsr.opendsr.models import Controller
from dsr.referring.helping import keep_customer
from dsr.tests.conftest import Shop, house, shop  # noqa: F401 - fixtures
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.testing.authority import Authority, Issued

DOMAIN = "privacy.kept.example"


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="session")
def ours(authority: Authority) -> Issued:
    return authority.issue(DOMAIN)


@pytest.fixture
def signing(settings: Settings, tmp_path: Path, authority: Authority, ours: Issued) -> Issued:
    """An installation with a certificate of a private authority that it trusts."""
    certificate, key = ours.write(tmp_path, "ours")
    roots = tmp_path / "roots.pem"
    roots.write_bytes(authority.root.pem)
    settings.KEPT_BASE_URL = f"https://{DOMAIN}"
    settings.KEPT_FILES = tmp_path / "files"
    settings.KEPT_OPENDSR_CERTIFICATE, settings.KEPT_OPENDSR_KEY = str(certificate), str(key)
    settings.KEPT_OPENDSR_AUTHORITIES = str(roots)
    settings.KEPT_WEBHOOK_LOOPBACK = True
    return ours


@dataclass
class Customer:
    """A business customer that may file."""

    controller: Controller
    key: str


MakeCustomer = Callable[..., Customer]


@pytest.fixture
def make_customer(db: None, signing: Issued) -> MakeCustomer:
    def make(name: str = "Acme", *systems: str, domains: str = "127.0.0.1") -> Customer:
        about: dict[str, Any] = {"actor": OPERATOR, "now": clock.now()}
        customer = keep_customer(name=name, email=f"x@{name.lower()}.example", **about)
        row = keep_controller(customer=customer, callback_domains=domains, systems=list(systems), **about)
        return Customer(row, give_key(controller=row, **about))

    return make


@pytest.fixture
def acme(make_customer: MakeCustomer, shop: Shop) -> Customer:  # noqa: F811 - the fixture
    """A customer whose people stand in the shop."""
    return make_customer("Acme", "shop")


def days(number: int) -> dt.timedelta:
    return dt.timedelta(days=number)
