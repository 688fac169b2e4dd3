"""Nothing of another person, no secret and no note of staff leaves with a package, unless two people say why."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from accounts.models import User
from dsr.decisions.vocabulary import ALONE_AFTER
from dsr.evidence.rows import parts
from dsr.models import CaseNote, HistoryRow, SubjectRequest
from dsr.reports.reading import beside
from dsr.services import package_findings
from dsr.services.releasing import package_of
from dsr.states import Right, State
from dsr.tests.conftest import Shop
from dsr.tests.conftest import asking as asking  # noqa: PLC0414 - the fixture
from dsr.tests.test_answering import answer, build, download, send
from privacy.audit.models import AuditEvent
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, NotAllowed, StaleState
from privacy.personal_data.contract import Person, Record
from privacy.personal_data.leaks import services
from privacy.personal_data.leaks.models import FindingState, LeakFinding
from privacy.personal_data.models import PackageState, PreparedPackage
from privacy.personal_data.prepared import ask_for_package, take_package
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
MakeCase = Callable[..., SubjectRequest]
TEXT = "Please also tell bob@example.com. My card is 4111 1111 1111 1111."
WORDS = "She named him herself in her own letter."


@pytest.fixture(autouse=True)
def files(tmp_path: Any, settings: Any) -> None:
    settings.KEPT_FILES = tmp_path / "files"


@pytest.fixture
def talkative(shop: Shop, bob: User, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop whose rows about alice also name bob, and hold a card number."""

    def export(person: Person) -> Any:
        yield Record("orders", "support", {"id": "1", "text": TEXT, "mine": "alice@example.com"})

    monkeypatch.setattr(shop, "export", export)
    return shop


def text_of(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist()).decode()


def states() -> dict[str, str]:
    return dict(LeakFinding.objects.order_by("created_at").values_list("kind", "state"))


@pytest.mark.promise(74)
def test_what_belongs_to_others_holds_the_answer_back_until_it_is_masked(
    asking: MakeCase, talkative: Shop, lena: User
) -> None:
    case = asking(Right.ACCESS)
    build(case, lena)
    assert states() == {"email": "open", "card_number": "open"}
    with pytest.raises(DomainError, match="2 values in the package"):
        answer(case, Right.ACCESS, lena)
    browser, path = signed_in(lena), f"/console/dsr/subjectrequest/{case.pk}/package/findings/"
    page = browser.get(path).content.decode()
    assert "b***@e***" in page and "bob@example.com" not in page and "4111" not in page
    assert "data/shop/orders, row 1, text" in page
    browser.post(path, {"act": "mask_all"})
    with pytest.raises(DomainError, match="build the package again"):
        answer(case, Right.ACCESS, lena)
    browser.post(path, {"act": "build"})
    run_until_empty()
    package = package_of(case.pk)
    assert package is not None and package.masked == 2
    answer(case, Right.ACCESS, lena)
    send(case, lena)
    assert case.state == State.CLOSED
    text = text_of(download(case))
    assert "bob@example.com" not in text and "4111" not in text and "alice@example.com" in text
    assert "[an address of somebody else]" in text and '"masked_values": 2' in text


def test_a_value_stays_only_for_a_reason_that_a_second_person_agrees_to(
    asking: MakeCase, talkative: Shop, lena: User, nora: User, mallory: User
) -> None:
    case = asking(Right.ACCESS)
    package = build(case, lena)
    path = f"/console/dsr/subjectrequest/{case.pk}/package/findings/"
    row = package.findings.get(kind="email")
    first, second = signed_in(lena), signed_in(nora)
    first.post(path, {"act": "keep", "finding": row.pk, "reason": "short"})
    assert states()["email"] == "open"
    first.post(path, {"act": "keep", "finding": row.pk, "reason": WORDS})
    first.post(path, {"act": "agree", "finding": row.pk})
    assert states()["email"] == "proposed" and "Somebody else agrees" in first.get(path).content.decode()
    assert signed_in(mallory).post(path, {"act": "agree", "finding": row.pk}).status_code in {302, 403}
    with pytest.raises(NotAllowed):
        services.agree_to_keep(finding=row, actor=Actor.staff(lena.pk), now=clock.now())
    second.post(path, {"act": "agree", "finding": row.pk})
    row.refresh_from_db()
    assert (row.state, row.decided_by, row.confirmed_by) == (FindingState.KEPT, lena.pk, nora.pk)
    first.post(path, {"act": "mask", "finding": package.findings.get(kind="card_number").pk})
    first.post(path, {"act": "build"})
    run_until_empty()
    assert states() == {"email": "kept", "card_number": "masked"}  # decisions hold for the package built again
    answer(case, Right.ACCESS, lena)
    send(case, lena)
    text = text_of(download(case))
    assert "bob@example.com" in text and "4111" not in text
    decided = AuditEvent.objects.filter(type="leaks.decided")
    assert decided.count() == 3 and not [event for event in decided if "bob" in event.payload]


def test_a_note_of_staff_is_found_wherever_it_was_copied_to(
    asking: MakeCase, shop: Shop, lena: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = asking(Right.ACCESS)
    note = "Known for threats. Check with counsel."
    CaseNote.objects.create(subject_request=case, kind="staff", text=note)
    monkeypatch.setattr(shop, "export", lambda person: [Record("orders", "support", {"text": f"Copied: {note}"})])
    build(case, lena)
    assert states() == {"staff_note": "open"}


def test_an_address_of_staff_at_the_company_may_stand_there(
    asking: MakeCase, shop: Shop, lena: User, omar: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop, "export", lambda person: [Record("orders", "support", {"by": "omar@kept.example"})])
    build(asking(Right.ACCESS), lena)
    assert states() == {"email": "open"}
    settings.KEPT_COMPANY_DOMAINS = ["kept.example"]
    SubjectRequest.objects.all().delete()
    LeakFinding.objects.all().delete()
    PreparedPackage.objects.update(state=PackageState.EXPIRED)
    build(asking(Right.ACCESS), lena)
    assert states() == {}


def test_nobody_decides_about_a_persons_own_package_so_all_of_it_is_masked(talkative: Shop, alice: User) -> None:
    actor = Actor.subject(alice.subject_id, via="account")
    package = ask_for_package(subject_id=alice.subject_id, actor=actor, now=clock.now())
    run_until_empty()
    given = take_package(pk=package.pk, subject_id=alice.subject_id, actor=actor, now=clock.now())
    text = text_of(b"".join(given.chunks))
    given.chunks.close()
    assert "bob@example.com" not in text and "4111" not in text and "alice@example.com" in text
    assert states() == {"email": "masked", "card_number": "masked"}
    assert "2 values are left out" in text


def test_what_was_decided_is_not_decided_twice(asking: MakeCase, talkative: Shop, lena: User) -> None:
    package = build(asking(Right.ACCESS), lena)
    keys = list(package.findings.values_list("pk", flat=True))
    actor = Actor.staff(lena.pk)
    assert services.mask(findings=keys, package=package, actor=actor, now=clock.now()) == 2
    with pytest.raises(StaleState):
        services.mask(findings=keys, package=package, actor=actor, now=clock.now())
    with pytest.raises(StaleState):
        services.propose_to_keep(finding=package.findings.get(kind="email"), reason=WORDS, actor=actor, now=clock.now())


def test_the_page_asks_the_same_number_of_questions_however_much_was_found(
    asking: MakeCase, talkative: Shop, lena: User, django_assert_max_num_queries: Any
) -> None:
    case = asking(Right.ACCESS)
    package = build(case, lena)
    LeakFinding.objects.bulk_create(
        LeakFinding(package=package, mac=f"{n}", kind="email", place="p", row=n, column="c", times=1) for n in range(50)
    )
    browser = signed_in(lena)
    path = f"/console/dsr/subjectrequest/{case.pk}/package/findings/"
    browser.get(path)
    with django_assert_max_num_queries(12):
        assert browser.get(path).status_code == 200


def test_without_a_package_the_page_says_so(asking: MakeCase, shop: Shop, lena: User, mallory: User) -> None:
    case = asking(Right.ACCESS, Right.ERASURE)
    path = f"/console/dsr/subjectrequest/{case.pk}/package/findings/"
    assert "no package" in signed_in(lena).get(path).content.decode()
    assert signed_in(lena).post(path, {"act": "mask", "finding": "x"}).status_code == 302


def test_where_nobody_else_may_the_same_agrees_a_day_later_and_it_is_marked(
    asking: MakeCase, talkative: Shop, lena: User, request: Any
) -> None:
    case = asking(Right.ACCESS)
    build(case, lena)
    row = LeakFinding.objects.get(kind="email")
    browser, path = signed_in(lena), f"/console/dsr/subjectrequest/{case.pk}/package/findings/"
    browser.post(path, {"act": "keep", "finding": row.pk, "reason": WORDS})
    assert "Nobody else may agree" in browser.get(path).content.decode()
    browser.post(path, {"act": "agree", "finding": row.pk})
    row.refresh_from_db()
    assert row.state == "proposed" and row.decided_at is not None  # not on the same day
    agree = partial(package_findings.agree_that_it_stays, subject_request=case, finding=row, actor=Actor.staff(lena.pk))
    day_after = row.decided_at + ALONE_AFTER
    for early in (day_after - dt.timedelta(seconds=1), row.decided_at - ALONE_AFTER):
        with pytest.raises(NotAllowed, match="after a day"):
            agree(now=early)
    nora: User = request.getfixturevalue("nora")
    with pytest.raises(NotAllowed, match="second person"):
        agree(now=day_after)
    User.objects.filter(pk=nora.pk).update(is_active=False)
    agree(now=day_after)
    row.refresh_from_db()
    assert (row.state, row.confirmed_by, row.is_one_pair) == ("kept", lena.pk, True)
    assert HistoryRow.objects.filter(subject_request_id=case.pk, kind="one_pair_of_eyes", detail="package").exists()
    assert beside(clock.now().year, {"one_pair_of_eyes"})[1] == {"one_pair_of_eyes": 1}
    (masking,) = [each for each in parts()["maskings"](case) if each["kind"] == "email"]
    assert masking["is_one_pair"] is True
    with pytest.raises(StaleState):
        agree(now=day_after)
