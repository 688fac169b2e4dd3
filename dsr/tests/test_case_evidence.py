"""The evidence of a case proves itself by the script in it, in a bare Python, whatever the outcome was."""

import base64
import datetime as dt
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from dsr.models import HistoryRow, SubjectRequest
from dsr.services import approving, deciding, planning
from dsr.services.ending import withdraw_subject_request
from dsr.services.moving import move
from dsr.states import Right, State
from dsr.tests.conftest import Shop, approve_open
from dsr.tests.conftest import asking as asking  # noqa: PLC0414 - the fixture
from dsr.tests.test_answering import answer, build, send
from privacy.audit.models import AuditEvent
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import SYSTEM, Actor
from privacy.kernel.merkle import leaf_hash, path_to_root, root_hash
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
Lines = list[dict[str, Any]]
WORDS = "We looked at every place where this could be."


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Any) -> None:
    settings.KEPT_FILES = tmp_path / "files"


def by_access(case: SubjectRequest, lena: User, nora: User) -> None:
    build(case, lena)
    answer(case, Right.ACCESS, lena)
    send(case, lena)


def by_erasure(case: SubjectRequest, lena: User, nora: User) -> None:
    plan = planning.prepare_erasure(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())
    approving.approve_plan(plan=plan, digest=plan.digest, actor=Actor.staff(nora.pk), now=clock.now())
    run_until_empty()


def by_refusal(case: SubjectRequest, lena: User, nora: User) -> None:
    deciding.refuse_subject_request(
        subject_request=case, ground="unfounded", reasons=WORDS, actor=Actor.staff(lena.pk), now=clock.now()
    )
    approve_open(case)


def in_part(case: SubjectRequest, lena: User, nora: User) -> None:
    answer(case, Right.OBJECTION, lena, "refused", ground="compelling_grounds", words=WORDS)
    answer(case, Right.QUESTION, lena, words=WORDS)
    send(case, lena)


def by_nothing(case: SubjectRequest, lena: User, nora: User) -> None:
    answer(case, Right.ACCESS, lena, "nothing_held", words=WORDS)
    send(case, lena)


def by_the_person(case: SubjectRequest, lena: User, nora: User) -> None:
    withdraw_subject_request(subject_request=case, actor=Actor.staff(lena.pk), now=clock.now())


def by_nobody(case: SubjectRequest, lena: User, nora: User) -> None:
    SubjectRequest.objects.filter(pk=case.pk).update(state=State.UNCONFIRMED)
    case.refresh_from_db()
    move(subject_request=case, to=State.EXPIRED, kind="expired", actor=SYSTEM, now=clock.now())


OUTCOMES: dict[str, tuple[Any, tuple[str, ...], str]] = {
    "access": (by_access, (Right.ACCESS,), "closed"),
    "erasure": (by_erasure, (Right.ERASURE,), "closed"),
    "refused": (by_refusal, (Right.ERASURE,), "refused"),
    "partly": (in_part, (Right.OBJECTION, Right.QUESTION), "closed"),
    "nothing": (by_nothing, (Right.ACCESS,), "closed"),
    "withdrawn": (by_the_person, (Right.ERASURE,), "withdrawn"),
    "expired": (by_nobody, (Right.ERASURE,), "expired"),
}


def exported(case: SubjectRequest, user: User, folder: Path) -> Path:
    """The evidence as the console hands it out, unpacked."""
    given = signed_in(user).post(f"/console/dsr/subjectrequest/{case.pk}/evidence/")
    assert given["Content-Type"] == "application/zip", given.content
    data = b"".join(given)
    (folder / "evidence.zip").write_bytes(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder / "evidence")
    return folder / "evidence"


def check(folder: Path, *more: str) -> tuple[int, str]:
    """Run the script: no site packages, no environment, nothing of ours on the path."""
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={}, cwd="/", timeout=120)
    return done.returncode, done.stdout + done.stderr


def lines(folder: Path, name: str) -> Lines:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_evidence_of_every_outcome_verifies_by_its_script_alone(
    outcome: str, asking: MakeCase, shop: Shop, lena: User, nora: User, tmp_path: Path
) -> None:
    act, rights, state = OUTCOMES[outcome]
    case = asking(*rights)
    act(case, lena, nora)
    folder = exported(case, lena, tmp_path)
    code, said = check(folder)
    assert code == 0 and "The evidence is whole." in said and case.reference in said, said
    assert check(folder, str(tmp_path / "evidence.zip"))[0] == 0
    assert json.loads((folder / "case.json").read_text())["state"] == state
    assert len(lines(folder, "history.jsonl")) == HistoryRow.objects.filter(subject_request_id=case.pk).count() > 0
    assert all(entry["proof"] for entry in lines(folder, "log.jsonl"))
    assert len(lines(folder, "letters.jsonl")) == case.letters.count() == len(list(folder.glob("letters/*")))
    assert lines(folder, "checkpoints.jsonl")


def test_it_holds_what_was_looked_for_and_found_and_no_value_of_the_person(
    asking: MakeCase, shop: Shop, lena: User, nora: User, tmp_path: Path
) -> None:
    case = asking(Right.ACCESS)
    by_access(case, lena, nora)
    folder = exported(case, lena, tmp_path)
    searches = {each["system"]: each for each in lines(folder, "searches.jsonl") if each["system"] == "shop"}
    assert searches["shop"]["collections"] == [{"name": "orders", "rows": 2}] and searches["shop"]["answered"]
    assert searches["shop"]["by"]["email"] >= 1
    (package,) = lines(folder, "packages.jsonl")
    assert len(package["sha256"]) == 64 and package["released_at"]
    text = "".join(path.read_text() for path in folder.rglob("*.json*"))
    assert "alice@example.com" not in text and "Alice" not in text


def test_an_erasure_has_its_receipt_and_who_approved_what(
    asking: MakeCase, shop: Shop, lena: User, nora: User, tmp_path: Path
) -> None:
    case = asking(Right.ERASURE)
    by_erasure(case, lena, nora)
    folder = exported(case, lena, tmp_path)
    (plan,) = lines(folder, "approvals.jsonl")
    assert plan["prepared_by"] == str(lena.pk) and plan["approval"]["approved_by"] == str(nora.pk)
    assert plan["approval"]["digest"] == plan["digest"]
    (receipt,) = lines(folder, "receipts.jsonl")
    assert base64.b64decode(receipt["signature"])
    assert "shop" in {row["system"] for row in lines(folder, "systems.jsonl")}


def altered(name: str, change: Callable[[Lines], object]) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        rows = lines(folder, name)
        change(rows)
        (folder / name).write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows))

    return act


def flip(name: str, field: str, value: Any) -> Callable[[Path], None]:
    return altered(name, lambda rows: rows[0].update({field: value}))


def other_letter(folder: Path) -> None:
    path = next(folder.glob("letters/*"))
    data = bytearray(path.read_bytes())
    data[10] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (flip("history.jsonl", "detail", "x"), "history.jsonl line 1: row"),
        (altered("history.jsonl", lambda rows: rows.pop(0)), "which log.jsonl vouches for, is missing"),
        (flip("log.jsonl", "actor_kind", "system"), "log.jsonl line 1: entry"),
        (altered("log.jsonl", lambda rows: rows[0]["proof"]["path"].append(["left", "0" * 64])), "is not what seal"),
        (flip("receipts.jsonl", "body", "{}"), "the receipt is not signed"),
        (flip("seals.jsonl", "root", "0" * 64), "seals.jsonl line 1: seal"),
        (flip("checkpoints.jsonl", "hash", "0" * 64), "the checkpoint is not signed"),
        (flip("clocks.jsonl", "due_on", "2999-01-01"), "The file clocks.jsonl was altered."),
        (flip("approvals.jsonl", "digest", "0" * 64), "what was approved is not this plan"),
        (other_letter, "the text of letters/01"),
        (lambda folder: (folder / "case.json").unlink(), "The file case.json is missing."),
        (lambda folder: (folder / "more.txt").write_text("x"), "more.txt does not belong to the export."),
    ],
)
def test_a_changed_byte_is_named(
    change: Callable[[Path], None],
    says: str,
    asking: MakeCase,
    shop: Shop,
    lena: User,
    nora: User,
    tmp_path: Path,
) -> None:
    case = asking(Right.ERASURE)
    _with_clock(case)
    by_erasure(case, lena, nora)
    folder = exported(case, lena, tmp_path)
    change(folder)
    code, said = check(folder)
    assert code == 1 and says in said and "Traceback" not in said, said


def _with_clock(case: SubjectRequest) -> None:
    day = dt.date(2026, 1, 15)
    case.items.get().clocks.create(
        profile="EU-GDPR", calendar="NONE", rule_version="1", due_on=day, safe_on=day, trace="counted"
    )


def test_only_who_works_on_requests_gets_it_after_a_fresh_proof_and_it_is_an_act(
    asking: MakeCase, shop: Shop, lena: User, omar: User, tmp_path: Path
) -> None:
    case = asking(Right.ERASURE)
    path = f"/console/dsr/subjectrequest/{case.pk}/evidence/"
    assert signed_in(omar).post(path).status_code == 403
    assert signed_in(lena).get(path).status_code == 405
    assert signed_in(lena, proven_ago_s=3600).post(path).status_code == 302
    assert not AuditEvent.objects.filter(type="dsr.evidence_exported").exists()
    exported(case, lena, tmp_path)
    event = AuditEvent.objects.get(type="dsr.evidence_exported")
    assert (event.actor_id, event.target_id) == (lena.pk, case.pk)
    assert path in signed_in(lena).get(f"/console/dsr/subjectrequest/{case.pk}/change/").content.decode()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 8, 13])
def test_a_path_leads_from_every_leaf_to_the_root(size: int) -> None:
    import hashlib

    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    for place, leaf in enumerate(leaves):
        node = leaf
        for side, other in path_to_root(leaves, place):
            node = hashlib.sha256(b"\x01" + (other + node if side == "left" else node + other)).digest()
        assert node == root_hash(leaves)
