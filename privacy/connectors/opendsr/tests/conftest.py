"""A vendor that is connected, with a certificate of a private authority that we trust."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings

from privacy.connectors.models import ConnectedSystem
from privacy.connectors.opendsr.tests.fake import DOMAIN, FakeVendor, running
from privacy.kernel.canonical import canonical_json
from privacy.testing.authority import Authority, Issued


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def issued(authority: Authority) -> Issued:
    return authority.issue(DOMAIN)


@pytest.fixture
def vendor(
    issued: Issued, authority: Authority, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeVendor]:
    cache.clear()
    monkeypatch.setattr("privacy.connectors.web.calling.TRIES", 1)
    roots = tmp_path / "roots.pem"
    roots.write_bytes(authority.root.pem)
    settings.KEPT_OPENDSR_AUTHORITIES = str(roots)
    with running(FakeVendor(issued)) as made:
        options = {"url": made.base, "domain": DOMAIN, "inside": "yes", "calls_a_second": "1000"}
        ConnectedSystem.objects.create(
            key="vendor",
            kind="opendsr",
            label="Vendor",
            options=canonical_json(options),
            secrets=canonical_json({"api_key": made.key}),
            digest="x",
        )
        yield made
    cache.clear()
