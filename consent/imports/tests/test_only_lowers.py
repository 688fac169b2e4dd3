"""An import can only lower: what it would change is listed first, and exactly that is applied."""

import datetime as dt

import pytest

from accounts.models import Identifier, User
from accounts.selectors import find_subjects
from consent.bulk import fresh_ids
from consent.imports.files import folder
from consent.imports.models import ConsentImport, ImportChange
from consent.imports.services import approve_import, discard_import, sweep
from consent.imports.tests.helpers import apply, listed, take
from consent.models import ConsentEvent, Preference
from consent.selectors import decide_for
from consent.tests.conftest import choose
from privacy.audit.models import AuditEvent
from privacy.audit.verifying import verify_ledger
from privacy.jobs.models import Job
from privacy.jobs.worker import run_until_empty
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError, NotFound, StaleState

pytestmark = pytest.mark.django_db


def allowed(email: str, purpose: str = "newsletter", channel: str = "email") -> bool:
    return decide_for(find_subjects("email", email), purpose, channel=channel, now=clock.now()).allowed


def test_a_no_is_taken_over_and_denies_from_then_on(alice: User) -> None:
    choose(alice, "newsletter", allow=True)
    row = take("email,purpose,status,when\nALICE@example.com,newsletter,no,2020-02-03\n")
    assert listed(row) == [(2, "newsletter", "lower", "older_than_grant")]
    assert allowed("alice@example.com")  # nothing was touched yet
    assert apply(row).state == "applied" and (row.applied, row.moved_on) == (1, 0)
    assert not allowed("alice@example.com")
    event = ConsentEvent.objects.get(door="import")
    assert (event.status, event.previous, event.source_kind) == ("withdrawn", "given", "import")
    assert event.source_id == f"{row.pk.hex}:2" and event.said_at == dt.datetime(2020, 2, 3, tzinfo=dt.UTC)
    assert Preference.objects.get(subject_id=alice.subject_id).version == 2
    assert verify_ledger(now=clock.now()).is_proven


@pytest.mark.promise(78)
def test_a_suppressed_address_that_comes_again_stays_suppressed(alice: User, bob: User) -> None:
    choose(alice, "newsletter", allow=False)
    row = take("email,purpose,status\nalice@example.com,newsletter,yes\nbob@example.com,newsletter,in\n")
    assert listed(row) == [(2, "newsletter", "refused", "raises"), (3, "newsletter", "refused", "raises")]
    with pytest.raises(DomainError):
        apply(row)  # there is nothing that could be applied
    assert not allowed("alice@example.com") and not allowed("bob@example.com")


def test_an_unknown_person_is_not_granted_and_can_be_noted_to_be_asked() -> None:
    text = "email,purpose,status\nnew@example.com,newsletter,yes\n"
    row = take(text)
    assert listed(row) == [(2, "newsletter", "ask_again", "not_given")]
    apply(row, asks_again=True)
    assert not allowed("new@example.com")
    assert Preference.objects.get().status == "requested"
    assert listed(take(text)) == [(2, "newsletter", "refused", "raises")]


def test_an_unknown_person_who_said_no_is_kept_as_suppressed() -> None:
    row = apply(take("email,all\nGone@Example.com,no\n"))
    assert row.applied == ImportChange.objects.filter(kind="lower").count() > 2
    assert Identifier.objects.get(kind="email").value == "gone@example.com"
    assert not allowed("gone@example.com")
    assert verify_ledger(now=clock.now()).is_proven
    again = take("email,purpose,status\ngone@example.com,newsletter,yes\n")
    assert [each[3] for each in listed(again)] == ["raises"]


def test_of_what_stands_twice_the_most_protective_counts_wherever_it_stands() -> None:
    lines = ["email,purpose,status"]
    lines += [f"x@example.com,newsletter,{word}" for word in ("yes", "no", "yes", "no")]
    lines += ["y@example.com,newsletter,yes"] * 2
    row = take("\n".join(lines))
    kinds = [(line, kind) for line, _, kind, _ in listed(row)]
    assert kinds == [
        (2, "duplicate"), (3, "lower"), (4, "duplicate"), (5, "duplicate"), (6, "ask_again"), (7, "duplicate"),
    ]  # fmt: skip
    apply(row, asks_again=True)
    assert sorted(Preference.objects.values_list("status", flat=True)) == ["refused", "requested"]


def test_who_decides_between_the_list_and_its_approval_keeps_that(alice: User) -> None:
    row = take("email,purpose,status\nalice@example.com,newsletter,no\n")
    choose(alice, "newsletter", allow=True)
    assert (apply(row).applied, row.moved_on) == (0, 1)
    assert allowed("alice@example.com")


def test_another_list_than_the_one_that_was_read_is_not_applied() -> None:
    row = take("email,purpose,status\na@example.com,newsletter,no\n")
    with pytest.raises(StaleState):
        approve_import(consent_import=row, digest="0" * 64, actor=OPERATOR, now=clock.now())
    approve_import(consent_import=row, digest=row.digest, actor=OPERATOR, now=clock.now())
    ImportChange.objects.update(purpose="product_news")  # somebody wrote to the table
    run_until_empty()
    row.refresh_from_db()
    assert row.state == "faulty" and "not what was approved" in row.fault
    assert not ConsentEvent.objects.exists()
    with pytest.raises(StaleState):
        apply(row)


def test_what_cannot_be_taken_over_is_refused_line_by_line(alice: User) -> None:
    row = take(
        "email,purpose,status\n"
        "not an address,newsletter,no\n"
        "=HYPERLINK(1),newsletter,no\n"
        "a\0b@example.com,newsletter,no\n"
        "alice@example.com,nothing_known,no\n"
        "alice@example.com,newsletter,perhaps\n"
        "alice@example.com,transactional,no\n"
        "alice@example.com\n"
        "\n"
        "alice@example.com,Newsletter,no\n"
    )
    assert [(line, reason) for line, _, _, reason in listed(row)] == [
        (2, "bad_identifier"),
        (3, "bad_identifier"),
        (4, "bad_identifier"),
        (5, "unknown_purpose"),
        (6, "unknown_word"),
        (7, "locked"),
        (8, "too_few_cells"),
        (10, ""),
    ]
    assert row.refused == 7 and row.lower == 1


def test_nothing_personal_stands_in_jobs_log_and_list(alice: User) -> None:
    row = apply(take("email,purpose,status\nalice@example.com,newsletter,no\nz.person@example.com,newsletter,no\n"))
    texts = [*Job.objects.values_list("payload", flat=True), *AuditEvent.objects.values_list("payload", flat=True)]
    texts += [str(value) for change in ImportChange.objects.values() for value in change.values()]
    texts += [str(value) for value in ConsentImport.objects.values().get(pk=row.pk).values()]
    assert [text for text in texts if "@" in text or ("person" in text and "z.person" in text)] == []


def test_the_file_is_sealed_and_goes_when_it_is_applied_discarded_or_forgotten() -> None:
    text = "email,purpose,status\na@example.com,newsletter,no\n"
    row = take(text)
    [file] = folder().glob("*")
    assert b"example.com" not in file.read_bytes()
    apply(row)
    second = take(text.replace("a@", "b@"))
    discard_import(consent_import=second, actor=OPERATOR, now=clock.now())
    third = take(text.replace("a@", "c@"))
    later = clock.now() + dt.timedelta(days=30)
    sweep(later)
    third.refresh_from_db()
    assert third.state == "discarded"
    assert (row.file, row.file_key, list(folder().glob("*"))) == ("", "", [])
    assert not ImportChange.objects.exists()


def test_an_unknown_mapping_leaves_nothing() -> None:
    with pytest.raises(NotFound):
        take("email\nx\n", mapping="nothing")
    assert list(folder().glob("*")) == []


def test_ids_made_many_at_a_time_are_ids() -> None:
    import uuid

    made = [uuid.UUID(each) for each in fresh_ids(200)]
    assert len(set(made)) == 200
    assert {each.version for each in made} == {4} and {each.variant for each in made} == {uuid.RFC_4122}
