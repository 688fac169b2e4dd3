"""The fake CRM does what the real one is known to do; each test is one of its oddities."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import pytest

from privacy.connectors.tests.serving import serving
from privacy.connectors.vtiger.tests.fake.crm import Crm
from privacy.connectors.vtiger.tests.fake.people import DANA, fill


class Caller:
    """A client that shares no code with the connector."""

    def __init__(self, base: str) -> None:
        self.host, self.session = base.removeprefix("http://"), ""

    def __call__(self, verb: str, operation: str, **params: str) -> Any:
        sent = urlencode({"operation": operation, "sessionName": self.session, **params})
        path, body = (f"/webservice.php?{sent}", None) if verb == "GET" else ("/webservice.php", sent)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        with closing(HTTPConnection(self.host)) as connection:
            connection.request(verb, path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
        assert answer.status == 200, answer.status
        return json.loads(text)

    def sign_in(self, key: str = "accessKey123") -> Any:
        token = self("GET", "getchallenge", username="kept")["result"]["token"]
        word = hashlib.md5(f"{token}{key}".encode(), usedforsecurity=False).hexdigest()
        answer = self("POST", "login", username="kept", accessKey=word)
        self.session = answer["result"]["sessionName"] if answer["success"] else ""
        return answer


@pytest.fixture
def crm() -> Crm:
    made = Crm()
    made.people = fill(made.store)  # type: ignore[attr-defined]  # a note for the tests
    return made


@pytest.fixture
def call(crm: Crm) -> Iterator[Caller]:
    with serving(crm) as base:
        caller = Caller(base)
        caller.sign_in()
        yield caller


def code(answer: Any) -> str:
    assert answer["success"] is False
    return str(answer["error"]["code"])


def test_parameters_are_read_by_the_registered_verb(call: Caller) -> None:
    assert code(call("POST", "retrieve", id="12x3")) == "AUTHENTICATION_REQUIRED"  # read from the query: empty
    assert call("GET", "LISTTYPES", fieldTypeList="null")["success"]


def test_sessions_and_tokens_end(crm: Crm, call: Caller) -> None:
    crm.passing(1801)
    assert code(call("GET", "listtypes")) == "SESSION_LEFT_IDLE"
    call.session = "made-up"
    assert code(call("GET", "listtypes")) == "INVALID_SESSIONID"
    assert code(call.sign_in(key="wrong")) == "INVALID_USER_CREDENTIALS"
    crm.is_active = False
    assert code(call.sign_in()) == "INVALID_USER_CREDENTIALS"
    call("GET", "getchallenge", username="kept")
    crm.passing(301)
    assert code(call("POST", "login", username="kept", accessKey="x")) == "INVALID_AUTH_TOKEN"


def test_a_deleted_record_is_denied_and_waits_in_the_bin(crm: Crm, call: Caller) -> None:
    dana = crm.people["dana"]  # type: ignore[attr-defined]  # see the fixture
    assert call("POST", "delete", id=dana)["result"] == {"status": "successful"}
    for verb, operation in (("GET", "retrieve"), ("POST", "delete")):
        assert code(call(verb, operation, id=dana)) == "ACCESS_DENIED"
    assert crm.store.bin[dana]["lastname"] == "Demo"


def test_a_query_ends_at_a_hundred_in_silence(crm: Crm, call: Caller) -> None:
    for number in range(250):
        crm.store.add("Contacts", lastname=f"L{number}", email=f"p{number}@example.com")
    for query, rows in (
        ("SELECT * FROM Contacts;", 100),
        ("SELECT * FROM Contacts LIMIT 200;", 100),
        ("SELECT * FROM Contacts ORDER BY id LIMIT 200,150;", 52),
    ):
        assert len(call("GET", "query", query=query)["result"]) == rows
    assert call("GET", "query", query="SELECT count(*) FROM Contacts;")["result"] == [{"count": "252"}]


def test_what_it_does_not_understand_succeeds(call: Caller) -> None:
    answer = call("GET", "query", query="SELECT * FROM Contacts WHERE (email = 'x');")
    assert answer["success"] and not isinstance(answer["result"], list)
    assert code(call("GET", "query", query="SELECT * FROM Contacts WHERE email = '\\';")) == "DATABASE_QUERY_ERROR"


def test_a_mandatory_field_cannot_be_blank_and_old_values_stay(crm: Crm, call: Caller) -> None:
    dana = crm.people["dana"]  # type: ignore[attr-defined]  # see the fixture
    element = json.dumps({"id": dana, "lastname": "", "email": ""})
    assert code(call("POST", "revise", element=element)) == "MANDATORY_FIELDS_MISSING"
    assert call("POST", "revise", element=json.dumps({"id": dana, "email": ""}))["result"]["email"] == ""
    assert (dana, "email", DANA) in crm.store.modtracker


def test_sync_is_broken_and_ids_begin_with_what_describe_says(call: Caller) -> None:
    with pytest.raises(AssertionError, match="500"):
        call("GET", "sync", modifiedTime="0", elementType="Contacts")
    assert call("GET", "describe", elementType="Contacts")["result"]["idPrefix"] == "12"


def test_rows_without_a_right_are_skipped_silently(crm: Crm, call: Caller) -> None:
    crm.store.hidden.add(crm.people["dana"])  # type: ignore[attr-defined]  # see the fixture
    assert len(call("GET", "query", query="SELECT * FROM Contacts;")["result"]) == 1
    crm.store.disabled.add("Leads")
    assert code(call("GET", "describe", elementType="Leads")) == "ACCESS_DENIED"
