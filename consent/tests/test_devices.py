"""Devices: the app reports, the page shows and switches, and both agree within one sync."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.api_keys import make_api_key
from accounts.models import Identifier, User
from consent.links import make_preferences_token
from consent.models import ConsentEvent, Preference
from consent.promises import check_projection
from consent.tests.conftest import Ask, choose
from privacy.audit.models import AuditEvent
from privacy.intake.models import Device
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.policy.board import ControlState
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
PUSH = "push_messages"
PHONE = "a1b2-phone"
Sync = Callable[..., Any]


def key(scopes: str = "devices", label: str = "app") -> str:
    return make_api_key(label=label, scopes=scopes, actor=OPERATOR, now=clock.now())


@pytest.fixture
def sync(demo_policy: Any) -> Sync:
    """The app reports: keyword arguments are added to the report of alice's phone."""
    words = key()

    def post(*, status: int = 200, bearer: str = words, **more: Any) -> Any:
        body = {"subject": {"email": "alice@example.com"}, "device": PHONE, "platform": "ios", **more}
        return call("post", "/api/v1/devices", bearer, status, json.dumps(body))

    return post


def call(method: str, path: str, bearer: str, status: int = 200, body: str | None = None) -> Any:
    answer = getattr(Client(), method)(
        path, body, content_type="application/json", headers={"Authorization": f"Bearer {bearer}"}
    )
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None


def permission(*, on: bool, at: dt.datetime | None = None, name: str = "push") -> list[dict[str, Any]]:
    return [{"permission": name, "on": on, "at": (at or clock.now()).isoformat()}]


def press(state: Any, *, allow: bool, at: dt.datetime | None = None) -> list[dict[str, Any]]:
    """The person presses the app's switch while the app shows this state."""
    seen = state["purposes"][0]["version"]
    return [{"purpose": PUSH, "allow": allow, "seen": seen, "at": (at or clock.now()).isoformat()}]


def on_phone(ask: Ask, device: str = PHONE) -> tuple[str, str]:
    answer = ask({"subject": {"device": device}, "purpose": PUSH})
    return answer["decision"], answer["reason"]


@pytest.mark.promise(92)
def test_off_on_the_device_is_a_deny_for_this_device_alone(ask: Ask, sync: Sync, alice: User) -> None:
    choose(alice, PUSH, allow=True)
    sync(permissions=permission(on=True))
    sync(device="tablet", permissions=permission(on=True))
    assert on_phone(ask) == ("allow", "given")
    sync(permissions=permission(on=False))
    assert on_phone(ask) == ("deny", "device_off")
    assert on_phone(ask, "tablet") == ("allow", "given") and ask(purpose=PUSH)["decision"] == "allow"
    sync(permissions=permission(on=True))
    assert on_phone(ask) == ("allow", "given")
    assert AuditEvent.objects.filter(type="intake.device_reported").count() == 4


def test_a_permission_on_the_device_grants_nothing(ask: Ask, sync: Sync, alice: User) -> None:
    state = sync(permissions=permission(on=True))
    assert on_phone(ask) == ("deny", "not_given") and state["purposes"][0]["decision"] == "deny"
    assert not ConsentEvent.objects.exists()


@pytest.mark.promise(92)
def test_app_and_page_agree_within_one_sync(ask: Ask, sync: Sync, alice: User) -> None:
    client = signed_in(alice)
    state = sync(permissions=permission(on=True))
    state = sync(choices=press(state, allow=True))
    assert state["purposes"][0]["decision"] == "allow" and on_phone(ask) == ("allow", "given")
    event = ConsentEvent.objects.get()
    assert (event.door, event.source_kind, event.source_id) == ("app", "device", state["id"])
    assert ask(purpose=PUSH)["decision"] == "deny"  # the app raised for its own device only
    device = Device.objects.get()
    client.post("/preferences/", {"choice": "device_no", "device": str(device.pk), "purpose": PUSH})
    assert on_phone(ask) == ("deny", "withdrawn")
    read = call("get", f"/api/v1/devices/{state['id']}", key(label="other"), 404)
    assert read["code"] == "not_found"
    assert sync()["purposes"][0]["decision"] == "deny"
    assert check_projection().state is ControlState.GREEN


def test_a_report_never_raises_what_the_page_declined(ask: Ask, sync: Sync, alice: User) -> None:
    """The app pressed yes on a state that is gone: it shows the new one, and the person presses again."""
    state = sync()
    choose(alice, PUSH, allow=False)
    later = clock.now() + dt.timedelta(minutes=5)  # whatever the clock of the device says
    shown = sync(choices=press(state, allow=True, at=later))
    assert on_phone(ask) == ("deny", "refused") and shown["purposes"][0]["reason"] == "refused"
    sync(choices=press(shown, allow=True))
    assert on_phone(ask) == ("allow", "given")
    assert ask(purpose=PUSH)["reason"] == "refused"  # everywhere else the no still stands
    choose(alice, PUSH, allow=False)
    assert on_phone(ask)[0] == "deny"


def test_a_no_in_the_app_counts_whatever_the_app_had_shown(ask: Ask, sync: Sync, alice: User) -> None:
    choose(alice, PUSH, allow=True)
    at = clock.now() - dt.timedelta(hours=2)
    no = [{"purpose": PUSH, "allow": False, "at": at.isoformat()}]
    sync(choices=no)
    assert on_phone(ask) == ("deny", "refused")
    device = Device.objects.get()
    signed_in(alice).post("/preferences/", {"choice": "device_yes", "device": str(device.pk), "purpose": PUSH})
    assert on_phone(ask)[0] == "allow"
    sync(choices=no)  # the app repeats itself: it told this act before
    assert on_phone(ask)[0] == "allow"


def test_reports_that_overtake_each_other(ask: Ask, sync: Sync, alice: User) -> None:
    choose(alice, PUSH, allow=True)
    now = clock.now()
    sync(permissions=permission(on=False, at=now))
    sync(permissions=permission(on=True, at=now - dt.timedelta(hours=1)))
    assert on_phone(ask) == ("deny", "device_off")
    sync(permissions=permission(on=False, at=now + dt.timedelta(days=400)))  # a clock that runs ahead
    sync(permissions=permission(on=True))
    assert on_phone(ask)[0] == "allow"
    assert Device.objects.count() == 1 and Identifier.objects.filter(kind="device").count() == 1


def test_another_persons_device_is_refused_and_not_theirs_to_switch(sync: Sync, alice: User, bob: User) -> None:
    sync()
    taken = sync(subject={"email": "bob@example.com"}, status=409)
    assert (taken["code"], taken["field"]) == ("taken", "device")
    device = Device.objects.get()
    for choice in ("device_no", "device_yes", "device_forget"):
        form = {"choice": choice, "device": str(device.pk), "purpose": PUSH}
        page = signed_in(bob).post("/preferences/", form, follow=True)
        assert b'class="notice danger"' in page.content
    assert Device.objects.exists() and not ConsentEvent.objects.exists()


def test_forgetting_a_device_leaves_the_evidence_only(ask: Ask, sync: Sync, alice: User) -> None:
    sync(choices=press(sync(), allow=True))
    device = Device.objects.get()
    client = signed_in(alice)
    client.post("/preferences/", {"choice": "device_forget", "device": str(device.pk)})
    assert not Device.objects.exists() and not Preference.objects.exists()
    assert not Identifier.objects.filter(kind="device").exists()
    assert [one.status for one in ConsentEvent.objects.order_by("at")] == ["given", "withdrawn"]
    assert on_phone(ask) == ("deny", "not_given")
    sync(subject={"email": "bob@example.com"})  # now it may belong to somebody else


def test_who_signs_out_of_the_app_forgets_the_device(sync: Sync, alice: User) -> None:
    words = key(label="second")
    state = sync(bearer=words)
    assert call("get", f"/api/v1/devices/{state['id']}", words)["id"] == state["id"]
    call("delete", f"/api/v1/devices/{state['id']}", words, 204)
    call("delete", f"/api/v1/devices/{state['id']}", words, 404)
    call("put", f"/api/v1/devices/{sync(bearer=words)['id']}", words, 405)


def test_the_page_shows_each_device_and_an_old_link_only_lowers(sync: Sync, alice: User) -> None:
    sync(label="Pixel 8", permissions=[*permission(on=False), *permission(on=True, name="camera")])
    page = signed_in(alice).get("/preferences/").content.decode()
    for words in ("Your devices", "Pixel 8", "Camera", "on since", "Switched off in the settings of the device"):
        assert words in page
    assert PHONE not in page
    device = Device.objects.get()
    path = f"/preferences/by/{make_preferences_token('alice@example.com', clock.now() - dt.timedelta(minutes=11))}/"
    Client().post(path, {"choice": "device_yes", "device": str(device.pk), "purpose": PUSH})
    assert not ConsentEvent.objects.exists()
    Client().post(path, {"choice": "device_no", "device": str(device.pk), "purpose": PUSH})
    assert ConsentEvent.objects.get().status == "refused"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"platform": "x"}, "platform"),
        ({"device": ""}, "device"),
        ({"device": "x" * 201}, "device"),
        ({"permissions": [{"permission": "microphone", "on": True, "at": "2026-01-01T00:00:00Z"}]}, "permission"),
        ({"permissions": [{"permission": "push", "on": 1, "at": "2026-01-01T00:00:00Z"}]}, "on"),
        ({"permissions": [{"permission": "push", "on": True, "at": "2026-01-01"}]}, "at"),
        ({"permissions": [{"permission": "push", "on": True, "at": "0001-01-01T00:00:00+14:00"}]}, "at"),
        ({"choices": [{"purpose": "newsletter", "allow": False, "at": "2026-01-01T00:00:00Z"}]}, "purpose"),
        ({"subject": {"device": "x"}}, "subject"),
        ({"more": 1}, "more"),
    ],
)
def test_what_cannot_be_is_named_and_changes_nothing(sync: Sync, alice: User, more: Any, field: str) -> None:
    assert field in sync(status=400, **more)["field"]
    assert not Device.objects.exists() and not ConsentEvent.objects.exists()


def test_only_a_key_with_this_scope_reports(sync: Sync, alice: User) -> None:
    sync(bearer=key("decisions", "reader"), status=401)
    assert not Device.objects.exists()
