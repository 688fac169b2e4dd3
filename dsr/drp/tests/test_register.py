"""The register of agents: by hand in the console, or by the network's directory; and our own entry for it."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from dsr.drp.models import NetworkAgent
from dsr.drp.tests.client import BUSINESS, Agent
from privacy.audit.models import AuditEvent
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
LIST = "/console/drp/networkagent/"


def test_an_agent_is_noted_changed_and_ended_in_the_console(settings: Any) -> None:
    settings.KEPT_DRP_BUSINESS_ID = BUSINESS
    client = signed_in(make_user("kay@kept.example", "manage_agents", is_staff=True))
    agent = Agent()
    wish = {"agent_id": agent.agent_id, "name": "Slip", "verify_key": "short"}
    refused = client.post(f"{LIST}new/", wish)
    assert refused.status_code == 200 and b"32 bytes in base64" in refused.content
    assert client.post(f"{LIST}new/", {**wish, "verify_key": agent.verify_key}).status_code == 302
    row = NetworkAgent.objects.get()
    assert agent.pair() == 200 and agent.file().status_code == 200
    page = client.get(f"{LIST}{row.pk}/change/")
    assert page.status_code == 200 and b"deletion" in page.content and b"carol" not in page.content
    assert agent.agent_id.encode() in client.get(LIST).content
    assert client.post(f"{LIST}{row.pk}/end/").status_code == 302
    assert agent.pair() == 403
    assert AuditEvent.objects.filter(type__in=["drp.agent_kept", "drp.agent_ended"]).count() == 2


def test_who_may_not_keep_the_register_sees_none_of_it() -> None:
    client = signed_in(make_user("mo@kept.example", "work_subject_request", is_staff=True))
    for path in (LIST, f"{LIST}new/"):
        assert client.get(path).status_code == 403


def test_the_directory_is_taken_over_and_its_faults_are_named(tmp_path: Path) -> None:
    good, bad = Agent(), Agent("lower_case")
    entries = [{"id": each.agent_id, "name": "A", "verify_key": each.verify_key} for each in (good, bad)]
    file = tmp_path / "agents.json"
    file.write_text(json.dumps([*entries, "nonsense"]))
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match="Mend"):
        call_command("drp_agents", str(file), stdout=out, stderr=err)
    assert "1 agents taken over, 2 left out" in out.getvalue() and "entry 2: agent_id" in err.getvalue()
    NetworkAgent.objects.update(callback_hosts="agent.example", token_hash="x")
    file.write_text(json.dumps(entries[:1]))
    call_command("drp_agents", str(file), stdout=out)
    assert NetworkAgent.objects.values_list("callback_hosts", "token_hash").get() == ("agent.example", "x")
    for content in ("{}", "not json"):
        file.write_text(content)
        with pytest.raises(CommandError):
            call_command("drp_agents", str(file))


def test_our_own_entry_has_the_fields_of_the_directory(settings: Any) -> None:
    settings.KEPT_DRP_BUSINESS_ID = BUSINESS
    out = StringIO()
    call_command("drp_agents", "--business", stdout=out)
    entry = json.loads(out.getvalue())
    assert entry["id"] == BUSINESS and entry["supported_verifications"] == ["email"]
    assert set(entry["supported_actions"]) <= {
        *("access", "deletion", "sale:opt_out", "sale:opt_in", "access:categories", "access:specific")
    }
