"""What Article 15 asks to be told stands in the package, made from what is held, and not from the policy alone."""

import datetime as dt
import io
import json
import re
import zipfile
from typing import Any

import jsonschema
import pytest

from accounts.models import User
from accounts.selectors import person_of
from privacy.intake.models import CollectedValue, Collection
from privacy.intake.tests.conftest import Post, collection
from privacy.intake.tests.conftest import post as post  # noqa: PLC0414 - the fixture
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.personal_data.contract import Found, Handler, HandlerUnavailable, Person, Record, handlers
from privacy.personal_data.package import Contents, write_package
from privacy.policy.board import controls_of
from privacy.policy.selectors import categories
from privacy.registers.models import Disclosure
from privacy.registers.services.recipients import keep_recipient
from privacy.testing.factories import EndedLoginFactory

pytestmark = pytest.mark.django_db
COLLECT = "/api/v1/collections"


class Mill(Handler):
    """An outside system that names its data by the taxonomy of fideslang."""

    key, system, label, is_transactional = "mill", "mill", "Mill", False

    def find(self, person: Person) -> list[Found]:
        return [Found("orders", 1), Found("returns", 0)]

    def export(self, person: Person) -> Any:
        yield Record("orders", "user.financial.bank_account", {"id": 1, "total": 2.5, "paid": True, "note": None})
        yield Record("orders", "user.financial.bank_account", {"id": 2, "total": 3, "paid": False, "more": {"k": 1}})

    def plan(self, *args: Any, **options: Any) -> Any:
        raise HandlerUnavailable("down")

    apply_chunk = verify = plan


@pytest.fixture
def mill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "_sources", [lambda: [Mill()]])


def packed(user: User, *contents: str, language: str = "en") -> zipfile.ZipFile:
    out = io.BytesIO()
    wanted = [Contents(each) for each in contents or ("access",)]
    write_package(person_of(user.subject_id), out, now=clock.now(), contents=wanted, language=language)
    return zipfile.ZipFile(out)


def told(package: zipfile.ZipFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(package.read("information.json"))
    return found


def headings(package: zipfile.ZipFile) -> list[str]:
    return re.findall(r"<h3[^>]*>([^<]+)</h3>", package.read("index.html").decode())


@pytest.mark.promise(10)
def test_every_category_of_the_policy_has_a_heading_and_an_empty_one_says_so(alice: User, demo_policy: Any) -> None:
    EndedLoginFactory.create(subject=alice.subject, ip="192.0.2.7")
    package = packed(alice)
    page = package.read("index.html").decode()
    for category in categories():
        assert category.label in headings(package)
        empty = re.search(rf"<h3[^>]*>{category.label}</h3>\s*<p>[^<]+</p>\s*<p class=\"none\">None held</p>", page)
        assert bool(empty) == (category.code not in {"identification", "account", "login_history", "case"}), category
    facts = {each["code"]: each for each in told(package)["categories"]}
    assert facts["login_history"]["places"] == ["kept/accounts.LoginEvent"] and not facts["location"]["held"]
    assert "192.0.2.7" in page and controls_of(10)[0].answer().state == "green"


def test_purposes_periods_rights_and_where_to_complain_stand_there(alice: User, demo_policy: Any) -> None:
    EndedLoginFactory.create(subject=alice.subject)
    package = packed(alice)
    facts = {each["code"]: each for each in told(package)["categories"]}
    assert any("Legal basis:" in each for each in facts["login_history"]["purposes"])
    assert any("1 year from the sign-in" in each for each in facts["login_history"]["kept"])
    assert "Article 77" in told(package)["complaint"][0]
    assert {"label": "Legal", "address": "legal@vtiger.com"} in told(package)["contacts"]
    assert len(told(package)["rights"]) == 11
    page = package.read("index.html").decode()
    assert "no decision about you that a machine makes alone" in page


def test_each_values_source_is_told_under_the_category_of_the_value(post: Post, alice: User) -> None:
    mine = {"name": "phone", "category": "identification", "value": "+49 30 1234567"}
    post(COLLECT, collection(values=[mine]))
    CollectedValue.objects.create(
        collection=Collection.objects.get(),
        name="industry",
        category="enrichment",
        value="Mining",
        source="linkedin",
        obtained_on=dt.date(2026, 1, 15),
    )
    package = packed(alice)
    origins = {each["name"]: each for each in told(package)["origins"]}
    assert (origins["Industry"]["source"], origins["Industry"]["first_on"]) == ("linkedin", "2026-01-15")
    assert origins["Phone"]["source"] == "You" and origins["Industry"]["category"] == "Industry and role"
    page = package.read("index.html").decode()
    enrichment = page.partition(">Industry and role</h3>")[2].partition("<h3")[0]
    assert "Mining" in enrichment and "1234567" not in enrichment


def test_recipients_are_named_with_what_they_received_and_what_protects_it(alice: User, demo_policy: Any) -> None:
    _pass_on(alice)
    facts = told(packed(alice))
    recipients = {each["code"]: each for each in facts["recipients"]}
    assert (
        "Acme Ltd, Ireland: Writes to you about its own products. Agreement 7, 2020-01-01."
        in (recipients["marketing_partners"]["companies"])
    )
    assert recipients["marketing_partners"]["received"] == 1
    assert recipients["hosting"]["country"] == "United States"
    assert "standard contractual clauses" in recipients["hosting"]["safeguards"][0]
    (passed,) = facts["disclosures"]
    assert (passed["recipient"], passed["times"]) == ("Acme Ltd (Ireland)", 1)
    assert passed["categories"] == ["Name and contact"]


def _pass_on(user: User) -> None:
    values: dict[str, Any] = {
        "policy_code": "marketing_partners",
        "label": "Acme Ltd",
        "country": "Ireland",
        "uses": "Writes to you about its own products.",
        "categories": ["identification"],
        "contract": "Agreement 7",
        "contract_on": dt.date(2020, 1, 1),
        "policy_url": "https://acme.example/privacy",
        "review_on": dt.date(2999, 1, 1),
    }
    keep_recipient(code="acme", values=values, actor=OPERATOR, now=clock.now())
    row = Disclosure(
        subject_id=user.subject_id,
        recipient="acme",
        purpose="third_party_sharing",
        categories="identification",
        basis="consent",
        policy_on=dt.date(2018, 5, 15),
        actor_kind="api",
        idem_hash="1",
        body_mac="2",
    )
    row.row_hash = row.compute_hash()
    row.save(force_insert=True)


def test_an_outside_system_stands_under_the_policys_category(alice: User, demo_policy: Any, mill: None) -> None:
    page = packed(alice).read("index.html").decode()
    billing = page.partition(">Billing</h3>")[2].partition("<h3")[0]
    assert "Mill: orders" in billing and "None held" not in billing


def test_whatever_stands_in_a_package_fits_its_schema(alice: User, demo_policy: Any, mill: None) -> None:
    _pass_on(alice)
    package = packed(alice, "access", "portability")
    manifest = json.loads(package.read("manifest.json"))
    jsonschema.validate(manifest, json.loads(package.read("schemas/manifest.schema.json")))
    jsonschema.validate(told(package), json.loads(package.read("schemas/information.schema.json")))
    tables = [each for each in manifest["files"] if each["path"].startswith(("data/", "portable/"))]
    for each in tables:
        schema = json.loads(package.read(each["schema"]))
        jsonschema.Draft202012Validator.check_schema(schema)
        if each["path"].endswith(".json"):
            rows = json.loads(package.read(each["path"]))
            jsonschema.validate(rows, schema)
            assert len(rows) == each["rows"]
    orders = json.loads(package.read("schemas/mill/orders.schema.json"))["items"]
    assert orders["required"] == ["id", "total", "paid"]
    assert orders["properties"]["total"]["type"] == ["integer", "number"]


def test_the_frame_is_in_the_requesters_language_and_the_page_needs_nothing(alice: User, demo_policy: Any) -> None:
    page = packed(alice, language="de").read("index.html").decode()
    assert '<html lang="de">' in page and '<html lang="en">' in packed(alice, language="xx").read("index.html").decode()
    assert "<script" not in page and "http" not in re.sub(r"http-equiv", "", page).replace("https://", "")
    assert "default-src 'none'" in page and "@media print" in page


# --- Article 20 ---


def test_a_package_to_take_along_leaves_out_other_bases_and_what_others_said(post: Post, alice: User) -> None:
    mine = {"name": "phone", "category": "identification", "value": "+49 30 1234567"}
    found = {"name": "job_title", "category": "identification", "value": "Miner", "obtained_on": "2026-01-15"}
    post(COLLECT, collection(values=[mine, {**found, "source": "linkedin", "evidence": "https://linkedin.example/a"}]))
    EndedLoginFactory.create(subject=alice.subject)
    package = packed(alice, "portability")
    names = package.namelist()
    values = json.loads(package.read("data/kept/intake.CollectedValue.json"))
    assert [each["name"] for each in values] == ["phone"]
    assert "data/kept/accounts.User.json" in names and "information.json" not in names
    assert not [name for name in names if "AuditEvent" in name or "LoginEvent" in name]
    manifest = json.loads(package.read("manifest.json"))
    left = {each["name"]: each["left_out"] for system in manifest["systems"] for each in system["collections"]}
    assert left["intake.CollectedValue"] == {"not_provided": 1} and left["accounts.LoginEvent"] == {"basis": 1}
    page = package.read("index.html").decode()
    assert "told to us by somebody else" in page and "Miner" not in page


def test_with_a_copy_what_can_be_taken_along_stands_once_more_by_itself(alice: User, demo_policy: Any) -> None:
    EndedLoginFactory.create(subject=alice.subject)
    names = packed(alice, "access", "portability").namelist()
    assert "portable/kept/accounts.User.csv" in names and "data/kept/accounts.LoginEvent.json" in names
    assert "portable/kept/accounts.LoginEvent.json" not in names
