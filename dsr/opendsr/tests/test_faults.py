"""What goes wrong at the doors, in the jobs and on the pages of OpenDSR."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.api_keys import revoke_api_key
from accounts.models import ApiKey, User
from dsr.models import SubjectRequest
from dsr.opendsr import carrying_out, services
from dsr.opendsr.carrying_out import RESULTS
from dsr.opendsr.controllers import give_key, keep_controller
from dsr.opendsr.models import Callback, Controller, ProtocolRequest
from dsr.opendsr.tests.client import request_body
from dsr.opendsr.tests.conftest import Customer, MakeCustomer
from dsr.opendsr.tidying import tidy
from dsr.referring.helping import end_customer
from dsr.services.setting_aside import set_aside
from dsr.states import State
from dsr.tests.conftest import Shop
from privacy.jobs.models import Job
from privacy.jobs.worker import run_one, run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.pages.readiness.contract import Light
from privacy.pages.readiness.partners import check_opendsr
from privacy.personal_data import guards
from privacy.personal_data.guards import Held
from privacy.policy.board import ControlState, controls, switched_off
from privacy.testing.authority import Authority, Issued, self_signed
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def file(customer: Customer, **fields: Any) -> ProtocolRequest:
    sent = request_body(**fields)
    headers = {"Authorization": f"Bearer {customer.key}"}
    answer = Client().post("/opendsr/requests", json.dumps(sent), content_type="application/json", headers=headers)
    assert answer.status_code == 201, answer.content
    return ProtocolRequest.objects.get(subject_request_id=sent["subject_request_id"])


def follow(customer: Customer, row: ProtocolRequest) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {customer.key}"}
    found: dict[str, Any] = Client().get(f"/opendsr/requests/{row.subject_request_id}", headers=headers).json()
    return found


def page(row: ProtocolRequest) -> str:
    return f"/console/dsr/subjectrequest/{row.case_id}/opendsr/"


def begin(user: User, row: ProtocolRequest) -> Any:
    browser = signed_in(user)
    text = browser.get(page(row)).content.decode()
    digest = text.partition('name="digest" value="')[2].partition('"')[0]
    return browser.post(page(row), {"act": "start", "digest": digest}, follow=True)


def test_without_a_certificate_every_door_says_so(acme: Customer, settings: Settings) -> None:
    assert check_opendsr()[0] is Light.GREEN
    settings.KEPT_OPENDSR_CERTIFICATE = ""
    headers = {"Authorization": f"Bearer {acme.key}"}
    for answer in (
        Client().get("/opendsr/discovery"),
        Client().get("/opendsr/certificate.pem"),
        Client().post("/opendsr/requests", request_body(), content_type="application/json", headers=headers),
    ):
        assert answer.status_code == 503 and answer.json()["error"]["code"] == 503
    assert not ProtocolRequest.objects.exists() and "not configured" in check_opendsr()[1]


def test_doctor_is_red_for_a_certificate_that_nobody_should_trust(
    acme: Customer, settings: Settings, tmp_path: Path, authority: Authority
) -> None:
    day = dt.timedelta(days=1)
    bad: dict[str, Issued] = {
        "self-signed": self_signed("privacy.kept.example"),
        "not that of its domain": authority.issue("other.example"),
        "expired": authority.issue("privacy.kept.example", before=9 * day, after=-day),
        "no authority that we trust": Authority("Stranger").issue("privacy.kept.example"),
    }
    for why, issued in bad.items():
        certificate, key = issued.write(tmp_path, "bad")
        settings.KEPT_OPENDSR_CERTIFICATE, settings.KEPT_OPENDSR_KEY = str(certificate), str(key)
        light, text, mend = check_opendsr()
        assert light is Light.RED and why in text and mend, text
    settings.KEPT_OPENDSR_KEY = str(self_signed("x.example").write(tmp_path, "other")[1])
    assert "not that of the certificate" in check_opendsr()[1]


def test_a_key_that_was_revoked_or_belongs_to_no_controller_opens_nothing(acme: Customer) -> None:
    row = file(acme)
    with pytest.raises(StaleState, match="a key already"):
        give_key(controller=acme.controller, actor=OPERATOR, now=clock.now())
    revoke_api_key(key=ApiKey.objects.get(), actor=OPERATOR, now=clock.now())
    headers = {"Authorization": f"Bearer {acme.key}"}
    assert Client().get(f"/opendsr/requests/{row.subject_request_id}", headers=headers).status_code == 401
    fresh = Customer(acme.controller, give_key(controller=acme.controller, actor=OPERATOR, now=clock.now()))
    assert follow(fresh, row)["request_status"] == "pending"
    end_customer(customer=acme.controller.customer, actor=OPERATOR, now=clock.now())
    headers = {"Authorization": f"Bearer {fresh.key}"}
    assert Client().get(f"/opendsr/requests/{row.subject_request_id}", headers=headers).status_code == 401


@pytest.mark.promise(67)
def test_only_the_customers_own_systems_are_touched_and_nobody_of_ours(
    make_customer: MakeCustomer, shop: Shop, alice: User, lena: User
) -> None:
    other = make_customer("Other")
    row = file(other)
    assert row.case.subject is None and row.case.role == "processor" and row.case.channel == "opendsr"
    begin(lena, row)
    run_until_empty()
    assert len(shop.rows) == 3 and shop.calls == []
    assert follow(other, row)["request_status"] == "in_progress"
    board = next(each for each in controls() if each.code == "opendsr.own_systems")
    assert board.answer().state is ControlState.GREEN
    mine = make_customer("Acme", "shop")
    own = file(mine)
    begin(lena, own)
    run_until_empty()
    assert shop.rows == {"3": "bob@example.com"} and User.objects.filter(pk=alice.pk, is_active=True).exists()
    with pytest.raises(InvalidInput, match="another customer"):
        about: dict[str, Any] = {"actor": OPERATOR, "now": clock.now()}
        keep_controller(customer=other.controller.customer, callback_domains="", systems=["shop"], **about)


@pytest.mark.promise(67)
def test_another_customer_learns_nothing_of_a_shop_that_is_not_its_own(
    make_customer: MakeCustomer, shop: Shop, lena: User
) -> None:
    other = make_customer("Other", "shop")
    Controller.objects.update(systems="gone")
    row = file(other, subject_request_type="access")
    text = begin(lena, row).content.decode()
    assert "did not answer" in text and follow(other, row)["request_status"] == "pending"
    with switched_off("opendsr.own_systems"):
        begin(lena, row)
        run_until_empty()
        assert follow(other, row)["results_count"] == 2  # what the control prevents


def test_a_person_does_it_by_hand_and_the_customer_is_told(make_customer: MakeCustomer, lena: User) -> None:
    customer = make_customer()
    row = file(customer, subject_request_type="access")
    begin(lena, row)
    browser = signed_in(lena)
    assert "Give how many" in browser.post(page(row), {"act": "done"}, follow=True).content.decode()
    browser.post(page(row), {"act": "done", "results_count": 4, "words": "Sent to their mailbox."})
    told = follow(customer, row)
    assert told["request_status"] == "completed" and told["results_count"] == 4 and "results_url" not in told
    assert SubjectRequest.objects.get().state == State.CLOSED


def test_sent_back_reads_as_cancelled_with_our_reason(acme: Customer, lena: User) -> None:
    row = file(acme)
    signed_in(lena).post(page(row), {"act": "back", "reason": "not_identified", "words": ""})
    told = follow(acme, row)
    assert told["request_status"] == "cancelled"
    assert told["extensions"] == {"privacy.kept.example": {"sent_back": "not_identified"}}
    assert SubjectRequest.objects.get().state == State.REFUSED


def test_other_ways_to_end_a_case_are_closed(acme: Customer, lena: User) -> None:
    row = file(acme)
    result = set_aside(cases=[row.case_id], ending="spam", actor=OPERATOR, now=clock.now())
    assert SubjectRequest.objects.get().state == State.RECEIVED, result
    text = signed_in(lena).get(f"/console/dsr/subjectrequest/{row.case_id}/change/").content.decode()
    assert "Its OpenDSR page" in text and "Preview erasure" not in text


def test_what_changed_since_somebody_looked_is_looked_at_again(acme: Customer, shop: Shop, lena: User) -> None:
    row = file(acme)
    browser = signed_in(lena)
    digest = browser.get(page(row)).content.decode().partition('name="digest" value="')[2].partition('"')[0]
    shop.rows["4"] = "alice@example.com"
    text = browser.post(page(row), {"act": "start", "digest": digest}, follow=True).content.decode()
    assert "Look again" in text and follow(acme, row)["request_status"] == "pending"


def test_who_may_not_approve_erasures_starts_none(acme: Customer, omar: User, mallory: User) -> None:
    row = file(acme)
    for user in (omar, mallory):
        assert signed_in(user).post(page(row), {"act": "start"}).status_code in {302, 403}
    assert follow(acme, row)["request_status"] == "pending"


def test_a_silent_system_keeps_it_open_and_is_seen(acme: Customer, shop: Shop, lena: User) -> None:
    row = file(acme)
    begin(lena, row)
    shop.is_down = True
    run_one()
    row.refresh_from_db()
    assert row.problem == "system_silent" and follow(acme, row)["request_status"] == "in_progress"
    assert "Somebody has to look" in signed_in(lena).get(page(row)).content.decode()
    shop.is_down = False
    Job.objects.filter(state="ready").update(run_after=LONG_AGO)
    run_until_empty()
    assert follow(acme, row)["request_status"] == "completed" and len(shop.rows) == 1


def test_killed_after_the_effect_and_before_its_record_it_counts_once(
    acme: Customer, shop: Shop, lena: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = file(acme)
    begin(lena, row)

    def killed(**_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(carrying_out, "complete", killed)
        run_one()
    assert len(shop.rows) == 1 and follow(acme, row)["request_status"] == "in_progress"
    Job.objects.filter(state="ready").update(run_after=LONG_AGO)
    run_until_empty()
    assert follow(acme, row)["results_count"] == 2


def test_a_hold_keeps_its_rows_and_the_customer_reads_how_many(
    acme: Customer, shop: Shop, lena: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = file(acme)
    begin(lena, row)

    def hold(_person: object, table: str, keys: Any) -> dict[str, Held]:
        return {key: Held("a dispute", "legal_claims") for key in keys if (table, key) == ("shop.orders", "1")}

    monkeypatch.setattr(guards, "_guards", {"hold": hold})
    run_until_empty()
    told = follow(acme, row)
    assert (told["request_status"], told["results_count"]) == ("completed", 1) and "1" in shop.rows
    assert told["extensions"]["privacy.kept.example"] == {"retained_count": 1}


def test_a_callback_is_tried_for_days_and_its_end_is_seen(acme: Customer, lena: User) -> None:
    row = file(acme, status_callback_urls=["http://127.0.0.1:9/nobody"])
    for _ in range(3):
        Job.objects.filter(state="ready").update(run_after=LONG_AGO)
        run_one()
    told = Callback.objects.get()
    assert (told.attempts, told.state, told.last_outcome) == (3, "queued", "no_connection")
    Callback.objects.update(made_at=LONG_AGO, attempts=20)
    Job.objects.filter(state="ready").update(run_after=LONG_AGO)
    run_one()
    told.refresh_from_db()
    assert told.state == "given_up" and "given up" in signed_in(lena).get(page(row)).content.decode()
    board = next(each for each in controls() if each.code == "opendsr.own_systems")
    assert board.answer().state is ControlState.RED


def test_no_callback_goes_inside_the_house(make_customer: MakeCustomer, settings: Settings) -> None:
    customer = make_customer("Acme", domains="localhost.example")
    settings.KEPT_WEBHOOK_LOOPBACK = False
    row = file(customer)
    row.callback_urls = json.dumps(["https://127.0.0.1/x"])  # as if the name led there by now
    row.save()
    Callback.objects.create(request=row, number=0, status="pending", made_at=clock.now())
    from dsr.opendsr.callbacks import _send

    assert _send(Callback.objects.get(), "https://127.0.0.1/x") == "address_refused"


def test_a_month_after_its_end_nothing_says_whom_it_was_about(acme: Customer, lena: User) -> None:
    row = file(acme, subject_request_type="access")
    begin(lena, row)
    run_until_empty()
    row.refresh_from_db()
    assert row.result_file and len(list(RESULTS.path.glob("*.sealed"))) == 1
    tidy(clock.now() + dt.timedelta(days=31))
    row.refresh_from_db()
    assert (row.identities, row.callback_urls, row.frozen, row.result_file) == ("[]", "[]", "", "")
    assert not list(RESULTS.path.glob("*.sealed")) and follow(acme, row)["results_count"] == 2


def test_a_stolen_key_does_not_fill_the_queue(acme: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_AN_HOUR", 1)
    file(acme)
    headers = {"Authorization": f"Bearer {acme.key}"}
    answer = Client().post("/opendsr/requests", request_body(), content_type="application/json", headers=headers)
    assert answer.status_code == 429 and answer.json()["error"]["code"] == 429


def test_the_entry_of_a_customer_and_its_key(shop: Shop, make_customer: MakeCustomer, db: None) -> None:
    from privacy.testing.cast import make_user

    customer = make_customer("Gamma")
    keeper = make_user("kay@kept.example", "work_subject_request", "manage_customers", "manage_api_keys", is_staff=True)
    url = f"/console/dsr/subjectrequest/customers/{customer.controller.customer_id}/opendsr/"
    browser = signed_in(keeper)
    values = {"callback_domains": "Hooks.Gamma.example\n", "systems": ["shop"]}
    assert browser.post(url, values).status_code == 302
    row = Controller.objects.get()
    assert (row.callback_domains, row.systems) == ("hooks.gamma.example", "shop")
    assert "Write domains" in browser.post(url, {"callback_domains": "https://x"}, follow=True).content.decode()
    assert "a key already" in browser.post(f"{url}key/", follow=True).content.decode()
    ApiKey.objects.update(revoked_at=clock.now())
    shown = browser.post(f"{url}key/").content.decode()
    assert "kept_" in shown and shown.partition("<code>kept_")[2][:10] not in browser.get(url).content.decode()
