"""The pytest plugin that every run loads first: a home of its own, a database, no outside network.

`TEST_DATABASE_URL` runs the suite on PostgreSQL; without it, on a SQLite file. `TEST_REDIS_URL`
lets the tests marked `redis` run. `CI=true` turns a missing server or browser into a failure.
"""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HOME = Path(tempfile.mkdtemp(prefix="kept-test-"))
os.environ["KEPT_HOME"] = str(HOME)
for name in ("KEPT_FILES", "KEPT_EVIDENCE", "KEPT_DEMO", "REDIS_URL", "KEPT_SMTP_URL", "KEPT_BASE_URL", "KEPT_DEBUG"):
    os.environ.pop(name, None)
if url := os.environ.get("TEST_DATABASE_URL"):
    from privacy.kernel.keyring import Keyring

    os.environ["DATABASE_URL"] = url
    os.environ["KEPT_KEYS_FILE"] = str(HOME / "keys.json")
    Keyring.load_or_create(HOME / "keys.json")
else:
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("KEPT_KEYS_FILE", None)

REQUIRED = os.environ.get("CI", "").lower() in {"1", "true"}


def pytest_configure(config: pytest.Config) -> None:
    """The cast needs the models, so it is loaded once Django is set up."""
    import django

    django.setup()
    from privacy.testing import browser, cast, prepared, promise_results

    config.pluginmanager.register(cast, "kept-cast")
    config.pluginmanager.register(promise_results, "kept-promise-results")
    config.pluginmanager.register(browser, "kept-browser")
    config.pluginmanager.register(prepared, "kept-prepared")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    from privacy.testing import browser

    for item in items:
        if item.get_closest_marker("browser") and (why := browser.missing()):
            is_allowed = not REQUIRED or "TEST_DATABASE_URL" in os.environ
            fails = pytest.mark.usefixtures("a_browser_is_required")
            item.add_marker(pytest.mark.skip(reason=why) if is_allowed else fails)
        if item.get_closest_marker("pg") and "TEST_DATABASE_URL" not in os.environ:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: set TEST_DATABASE_URL"))
        if item.get_closest_marker("redis") and "TEST_REDIS_URL" not in os.environ:
            item.add_marker(pytest.mark.skip(reason="needs Redis: set TEST_REDIS_URL"))


@pytest.fixture
def a_browser_is_required() -> None:
    from privacy.testing import browser

    pytest.fail(f"CI {browser.missing()}")


@pytest.fixture(autouse=True)
def no_outside_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test may talk to this machine only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError("A test tried to leave this machine.")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def rate_limits_start_anew() -> None:
    """They are kept in the cache, which no transaction rolls back."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def no_policy_of_another_test() -> None:
    """A process keeps the policy in force for two seconds."""
    from consent.terms import forget_terms

    forget_terms()


@pytest.fixture(autouse=True)
def no_counts_of_another_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Decisions are counted in memory and written by a thread a moment later; a test writes its own by hand."""
    from consent.api import counting

    monkeypatch.setattr(counting, "FLUSH_SECONDS", 3600.0)
    yield
    counting.drop_counts()


@pytest.fixture(autouse=True)
def no_checkpoint_of_another_test() -> None:
    """The database of every test is new; a checkpoint of the one before would put it into quarantine."""
    from privacy.jobs import quarantine

    shutil.rmtree(HOME / "evidence" / "checkpoints", ignore_errors=True)
    (HOME / "evidence" / "restores.jsonl").unlink(missing_ok=True)
    quarantine.look_again()


@pytest.fixture(scope="session", autouse=True)
def evidence_can_be_emptied_between_tests() -> None:
    """The one place that lifts the evidence triggers: emptying the test database after a test.

    Emptying ends with Django's post_migrate, which installs them again.
    """
    from django.test import TransactionTestCase

    from privacy.audit.triggers import lift_triggers
    from privacy.policy.triggers import lift_triggers as lift_policy_triggers

    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # the stubs leave private names out

    def lift_and_empty(self: TransactionTestCase) -> None:
        lift_triggers()
        lift_policy_triggers()
        empty(self)

    TransactionTestCase._fixture_teardown = lift_and_empty  # type: ignore[attr-defined]  # as above


@pytest.fixture
def demo_policy(db: None) -> Any:
    """The demo policy, published: the PolicyVersion of 2018-05-15."""
    from privacy.kernel import clock
    from privacy.kernel.actors import OPERATOR
    from privacy.policy.services import load_policy

    file = Path(__file__).resolve().parent.parent / "policy" / "data" / "demo_policy.yaml"
    return load_policy(text=file.read_text(encoding="utf-8"), actor=OPERATOR, now=clock.now()).version
