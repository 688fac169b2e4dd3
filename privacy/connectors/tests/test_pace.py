"""How often a service is called: as its kind is used to, or as the file says; never by a number that makes no sense."""

import json
from pathlib import Path
from typing import Any

import pytest

from privacy.connectors.kinds import PACE, Connection, kind_of
from privacy.connectors.systems_file import WebSpec, read_systems_file
from privacy.connectors.tests.serving import serving
from privacy.connectors.tests.test_services_that_misbehave import OPTIONS, WEB
from privacy.connectors.web.calling import WebClient
from privacy.kernel.errors import InvalidInput


def waits(monkeypatch: pytest.MonkeyPatch, **more: Any) -> list[float]:
    """How long a client waits between three calls, by a clock that stands still in the meantime."""
    now, waited = [100.0], []

    def wait(seconds: float) -> None:
        waited.append(round(seconds, 3))
        now[0] += seconds

    monkeypatch.setattr("privacy.connectors.web.calling.time.monotonic", lambda: now[0])
    with serving(lambda _: (404, {}, b"{}")) as base:
        client = WebClient(base, is_inside=True, wait=wait, **more)
        for _ in range(3):
            client.get("x")
    monkeypatch.undo()
    return waited


def test_calls_keep_their_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    assert waits(monkeypatch, calls_a_second=5) == [0.2, 0.2]
    assert waits(monkeypatch, calls_a_second=0.5) == [2.0, 2.0]
    assert waits(monkeypatch) == [0.1, 0.1]


@pytest.mark.parametrize("kind", WEB)
def test_every_kind_that_calls_a_service_takes_its_pace_from_the_file(kind: str, tmp_path: Path) -> None:
    options, secrets = OPTIONS[kind]
    entry = {"key": "it", "kind": kind, "url": "https://it.example.com", **options, **secrets}
    file = tmp_path / "systems.yaml"
    file.write_text(json.dumps({"systems": [{**entry, "calls_a_second": 2}]}))
    (spec,) = read_systems_file(file)
    assert isinstance(spec, WebSpec) and PACE in kind_of(kind).options
    assert Connection("it", "It", spec.options).pace(usual=10) == 2
    assert Connection("it", "It", {}).pace(usual=10) == 10


@pytest.mark.parametrize("said", ["0", "-1", "fast", "nan", "inf", "1001", "1e-9"])
def test_a_pace_that_makes_no_sense_is_refused_by_its_name(said: str) -> None:
    options, secrets = OPTIONS["stripe"]
    told = Connection("it", "It", {**options, "calls_a_second": said}, secrets)
    with pytest.raises(InvalidInput, match="calls_a_second is a number from") as refused:
        kind_of("stripe").check(told)
    assert refused.value.field == "calls_a_second"
