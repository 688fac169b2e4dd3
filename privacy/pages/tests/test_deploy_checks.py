"""`check --deploy` refuses what must not meet the public."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django.fixtures import Settings


def deploy_errors() -> str:
    """What the command says, as an operator reads it; empty where it passes."""
    try:
        call_command("check", deploy=True, tags=["security"], fail_level="ERROR")
    except SystemCheckError as error:
        return str(error)
    return ""


@pytest.fixture(autouse=True)
def as_in_production(settings: Settings) -> None:
    settings.KEPT_BASE_URL = "https://privacy.example.com"
    settings.KEPT_EMBEDDED = False


def test_a_production_installation_passes() -> None:
    assert deploy_errors() == ""


def test_demo_mode_is_refused(settings: Settings) -> None:
    settings.KEPT_DEMO = True
    assert "kept.E001" in deploy_errors()


@pytest.mark.parametrize("address", ["http://privacy.example.com", "http://192.0.2.7:8000", "http://localhost.example"])
def test_a_public_address_without_https_is_refused(settings: Settings, address: str) -> None:
    settings.KEPT_BASE_URL = address
    found = deploy_errors()
    assert "kept.E002" in found
    assert "kept.E003" not in found


def test_the_embedded_defaults_on_a_public_address_without_https_are_named(settings: Settings) -> None:
    settings.KEPT_EMBEDDED = True
    settings.KEPT_BASE_URL = "http://privacy.example.com"
    assert "kept.E003" in deploy_errors()


@pytest.mark.parametrize(
    "address", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000", "http://kept.localhost"]
)
def test_this_machine_needs_no_https(settings: Settings, address: str) -> None:
    settings.KEPT_BASE_URL = address
    settings.KEPT_EMBEDDED = True
    assert deploy_errors() == ""
