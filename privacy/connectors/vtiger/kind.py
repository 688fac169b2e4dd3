"""Vtiger CRM as a kind of system: what it must be told, and its self-test."""

from collections.abc import Iterator, Sequence

from privacy.connectors.kinds import PACE, Check, Connection, Option, SystemKind
from privacy.connectors.vtiger.crm import PAGE, Crm
from privacy.connectors.vtiger.doors import Cloud, Door, OnPremises, basic
from privacy.connectors.vtiger.handler import OPT_OUT, VtigerHandler
from privacy.connectors.vtiger.persons import CHILDREN, COMPANIES, DOCUMENTS, PEOPLE, TICKETS
from privacy.connectors.web.calling import WebClient

CALLS_A_SECOND = 5.0


class Vtiger(SystemKind):
    """The CRM, on premises or in the cloud."""

    code, label = "vtiger", "Vtiger CRM"
    options = (
        Option("url", "https://crm.example.com, or in the cloud https://NAME.odx.vtiger.com/restapi/v1/vtiger/default"),
        Option("user", "the user name of the API's user"),
        Option("access_key", "the access key from that user's preferences", is_secret=True),
        Option("cloud", "true for the cloud's REST door; told by the address where left out", default=""),
        Option("inside", "true where it stands inside the house", default=""),
        PACE,
        Option("restriction_field", "a checkbox of Contacts and Leads, such as cf_restricted", default=""),
    )

    def handler(self, connection: Connection) -> VtigerHandler:
        return VtigerHandler(
            key=connection.key,
            label=connection.label,
            restriction_field=connection["restriction_field"],
            open_crm=lambda: open_crm(connection),
        )

    def self_test(self, connection: Connection) -> Sequence[Check]:
        return list(_checks(open_crm(connection), connection["restriction_field"]))


def open_crm(connection: Connection) -> Crm:
    """A conversation that signs in when it first asks."""
    url, is_inside = connection["url"], connection.says("inside")
    is_cloud = connection.says("cloud") or ".odx.vtiger.com" in url
    user, key = connection["user"], connection["access_key"]
    headers = basic(user, key) if is_cloud else {}
    pace = connection.pace(usual=CALLS_A_SECOND)
    client = WebClient(url, is_inside=is_inside, headers=headers, calls_a_second=pace, shared_as=connection.key)
    door: Door = Cloud(client) if is_cloud else OnPremises(client, user=user, access_key=key)
    return Crm(door)


def _checks(crm: Crm, restriction_field: str) -> Iterator[Check]:
    expected = [*PEOPLE, COMPANIES, *(name for name in CHILDREN if name not in TICKETS), DOCUMENTS]
    missing = [name for name in expected if name not in crm.modules]
    if not set(TICKETS) & crm.modules:
        missing.append(" or ".join(TICKETS))
    yield Check("Signed in", is_good=True, says="The user and the access key are accepted.")
    lacks = f"Not shown to the API's user: {', '.join(missing)}. Give its role these modules."
    says = lacks if missing else "All are shown."
    yield Check("Modules", is_good=not missing, says=says)
    for module in PEOPLE:
        if module not in crm.modules:
            continue
        counted, seen = crm.count(module), crm.first_rows(module)
        is_whole = seen == min(counted, PAGE)
        says = f"{seen} of the first {min(counted, PAGE)} rows are shown."
        if not is_whole:
            says += " Give the API's user the right to all records, or its answers will miss people."
        yield Check(f"Rows of {module}", is_good=is_whole, says=says)
        names = [OPT_OUT, *([restriction_field] if restriction_field else [])]
        absent = [name for name in names if name not in crm.module(module).fields]
        says = f"Missing or hidden: {', '.join(absent)}." if absent else "All are there."
        yield Check(f"Fields of {module}", is_good=not absent, says=says)
