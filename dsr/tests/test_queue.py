"""The queue: filters, registers, giving many requests to one person, and finding them by an address."""

import datetime as dt
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection

from accounts.models import User
from dsr.models import HistoryRow, RequestItem, SubjectRequest, SystemAnswer
from dsr.retained.models import RetainedSet
from dsr.services.assigning import assign_many
from dsr.states import State
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.testing.cast import signed_in

pytestmark = pytest.mark.django_db
LIST = "/console/dsr/subjectrequest/"
Make = Callable[..., SubjectRequest]


def shown(client: Any, **query: str) -> set[str]:
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return {row.reference for row in answer.context["cl"].result_list}


def give(client: Any, cases: list[SubjectRequest], to: str, **more: str) -> str:
    body = {"action": "give_selected", "to": to, "index": "0", "_selected_action": [str(case.pk) for case in cases]}
    page: str = client.post(f"{LIST}?show=all", {**body, **more}, follow=True).content.decode()
    return page


def test_many_are_given_to_one_person_each_with_its_history(
    make_case: Make, lena: User, nora: User, omar: User
) -> None:
    cases = [make_case() for _ in range(3)]
    ended = make_case(state=State.CLOSED, closed_at=clock.now())
    client = signed_in(lena)
    assert "Choose to whom" in give(client, cases, "")
    give(client, cases, str(omar.pk))  # he may not work on requests, and is no choice
    assert not HistoryRow.objects.filter(kind="assigned").exists()
    assert "3 of 4 given" in give(client, [*cases, ended], str(nora.pk))
    assert set(SubjectRequest.objects.values_list("reference", "assigned_to")) == {
        *((case.reference, nora.pk) for case in cases),
        (ended.reference, None),
    }
    assert HistoryRow.objects.filter(kind="assigned", actor_id=lena.pk, detail=str(nora.pk)).count() == 3
    assert "0 of 3 given" in give(client, cases, str(nora.pk))
    assert shown(client, owner="me") == set() and len(shown(signed_in(nora), owner="me")) == 3
    assert "1 of 1 given" in give(client, cases[:1], "nobody")
    assert shown(client, owner="nobody") == {cases[0].reference}
    give(signed_in(omar), cases, "nobody")
    assert HistoryRow.objects.filter(kind="assigned").count() == 4


def test_a_hundred_are_given_at_once_and_what_is_skipped_is_said(make_case: Make, lena: User, nora: User) -> None:
    cases = [make_case(reference=f"KX-H{number:03d}") for number in range(100)]
    SubjectRequest.objects.filter(pk__in=[case.pk for case in cases[:3]]).update(assigned_to=nora.pk)
    SubjectRequest.objects.filter(pk__in=[case.pk for case in cases[3:15]]).update(state=State.WITHDRAWN)
    page = give(signed_in(lena), cases, str(nora.pk))
    assert "85 of 100 given to nora@kept.example" in page
    assert "3 skipped, theirs already: KX-H000, KX-H001, KX-H002." in html.unescape(page)
    assert "12 skipped, ended, so nobody works on it: " in page and " and 2 more." in page
    assert HistoryRow.objects.filter(kind="assigned", detail=str(nora.pk)).count() == 85


def test_what_fails_in_the_middle_gives_none(make_case: Make, lena: User, nora: User) -> None:
    cases, seen = [make_case() for _ in range(20)], []

    def full(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "INSERT" in sql and "dsr_historyrow" in sql:
            seen.append(sql)
            if len(seen) == 10:
                raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(full), pytest.raises(OperationalError):
        assign_many(keys=[case.pk for case in cases], to=nora, actor=Actor.staff(lena.pk), now=clock.now())
    assert len(seen) == 10 and not SubjectRequest.objects.filter(assigned_to=nora.pk).exists()
    assert not HistoryRow.objects.filter(kind="assigned").exists()


def test_nothing_else_can_be_done_to_many(make_case: Make, lena: User) -> None:
    case = make_case()
    signed_in(lena).post(LIST, {"action": "delete_selected", "index": "0", "_selected_action": [str(case.pk)]})
    assert SubjectRequest.objects.filter(pk=case.pk).exists()


def test_on_a_phone_each_cell_has_a_title_in_words(make_case: Make, lena: User) -> None:
    make_case()
    titles = re.findall(r'data-label="([^"]*)"', signed_in(lena).get(LIST).content.decode())
    assert titles[:2] == ["Select", "Reference"] and not any("&lt;" in title for title in titles)


def test_registers_and_rights_are_filters(make_case: Make, lena: User) -> None:
    refused, extended, child, referred = (make_case() for _ in range(4))
    RequestItem.objects.filter(subject_request=refused).update(outcome="refused", ground="unfounded")
    HistoryRow.objects.bulk_create(
        [HistoryRow(subject_request_id=extended.pk, kind="extended", actor_kind="staff", at=clock.now())]
    )
    RequestItem.objects.filter(subject_request=child).update(right="child_report")
    SubjectRequest.objects.filter(pk=referred.pk).update(state=State.REFERRED)
    client = signed_in(lena)
    for register, case in (
        ("refusals", refused),
        ("extensions", extended),
        ("children", child),
        ("referrals", referred),
    ):
        assert shown(client, register=register, show="all") == {case.reference}
    assert shown(client, register="complaints", show="all") == shown(client, register="appeals", show="all") == set()
    assert shown(client, right="child_report") == {child.reference}
    SubjectRequest.objects.filter(pk=child.pk).update(regime="US-CA-CCPA", home_regime="EU-GDPR")
    assert shown(client, law="US-CA-") == shown(client, law="US-") == {child.reference}
    assert child.reference not in shown(client, law="EU-")


def test_what_was_not_done_is_found_by_its_ground(make_case: Make, lena: User) -> None:
    refused, by_hand, held, ours = (make_case() for _ in range(4))
    RequestItem.objects.filter(subject_request=refused).update(outcome="refused", ground="legal_claims")
    answer = {"item": by_hand.items.get(), "label": "crm", "answer": "retained"}
    SystemAnswer.objects.create(system="crm", ground="legal_claims", **answer)
    SystemAnswer.objects.create(system="shop", **answer)
    for case, is_held in ((held, True), (ours, False)):  # what our own tables keep of everybody is no refusal
        RetainedSet.objects.create(
            subject_request=case, position=0, system="kept", ground="legal_claims", is_held=is_held, rows=1
        )
    client = signed_in(lena)
    every = {refused.reference, by_hand.reference, held.reference}
    assert shown(client, ground="legal_claims", show="all") == every
    assert shown(client, ground="legal_claims", register="kept") == every - {refused.reference}
    assert shown(client, ground="legal_claims", register="refusals") == {refused.reference}
    assert shown(client, register="kept", show="all") == every - {refused.reference}
    assert shown(client, ground="rights_of_others", show="all") == set()
    page = client.get(f"{LIST}reports/").content.decode()
    assert "?show=all&amp;register=kept" in page and "?show=all&amp;register=refusals" in page


def test_an_address_finds_its_requests_and_stands_nowhere(make_case: Make, lena: User, omar: User) -> None:
    case = make_case(contact={"name": "", "email": ""})
    client = signed_in(lena)
    for given in ({"sought": "Alice@Example.com "}, {"sought": "Alice@Example.com", "list": "?show=all"}):
        answer = client.post(f"{LIST}find/", given)
        assert answer.status_code == 200 and case.reference in answer.content.decode()
    assert "No request names" in client.post(f"{LIST}find/", {"sought": "bob@example.com"}).content.decode()
    events = AuditEvent.objects.filter(type="dsr.found_by_address")
    found = ['{"requests":1}', '{"requests":1}', '{"requests":0}']
    assert [event.payload for event in events.order_by("at")] == found
    for odd in ("no @ address", "@", "a@b\x00.example", "x" * 300 + "@example.com", "", " "):
        assert client.post(f"{LIST}find/", {"sought": odd}).status_code in {200, 302}
    assert client.get(f"{LIST}find/", {"sought": "alice@example.com"}).status_code == 200
    assert events.count() == 3
    assert signed_in(omar).post(f"{LIST}find/", {"sought": "alice@example.com"}).status_code == 403


def test_one_box_takes_a_reference_too_and_keeps_the_filters(make_case: Make, lena: User) -> None:
    case = make_case(reference="KX-ABCDEFG")
    client = signed_in(lena)
    given = {"sought": " kx-abc", "list": "?owner=nobody&p=3&q=old&show=open"}
    answer = client.post(f"{LIST}find/", given, follow=True)
    assert answer.redirect_chain[-1][0] == f"{LIST}?owner=nobody&show=open&q=kx-abc"
    assert [row.pk for row in answer.context["cl"].result_list] == [case.pk]
    box = answer.content.decode()
    assert 'method="post" role="search"' in box and "Reference or email address" in box
    empty = client.post(f"{LIST}find/", {"sought": "", "list": "?q=old"})
    assert empty.headers["Location"] == f"{LIST}?show=open"
    alone = client.post(f"{LIST}find/", {"sought": "KX-ABCDEFG"})
    assert alone.headers["Location"] == f"{LIST}?show=all&q=KX-ABCDEFG"


def test_three_hundred_requests_take_few_queries(lena: User, django_assert_max_num_queries: Any) -> None:
    SubjectRequest.objects.bulk_create(
        SubjectRequest(reference=f"B-{number:05d}", received_at=clock.now(), channel="mail", state=State.RECEIVED)
        for number in range(300)
    )
    RequestItem.objects.bulk_create(
        RequestItem(subject_request=row, right="access") for row in SubjectRequest.objects.all()
    )
    client = signed_in(lena)
    client.get(LIST)  # the first page of a session takes a few more
    for query in ({}, {"owner": "nobody"}, {"right": "access"}, {"register": "refusals", "show": "all"}):
        with django_assert_max_num_queries(12):
            assert client.get(LIST, query).status_code == 200


def test_a_long_list_is_counted_to_a_cap_and_goes_on_after_its_last_row(
    lena: User, make_case: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("privacy.console.long_lists.MOST_COUNTED", 50)
    moment = clock.now()
    for number in range(120):
        make_case(
            reference=f"KX-L{number:03d}",
            received_at=moment - dt.timedelta(hours=number // 2),
            safe_on=moment.date() + dt.timedelta(days=number // 3) if number % 7 else None,
            priority=9 if number in {5, 50} else 0,
        )
    client = signed_in(lena)
    for show in ("", "show=all"):
        seen: list[str] = []
        url = f"{LIST}?{show}"
        for _ in range(3):
            page = client.get(url).content.decode()
            seen += re.findall(r">(KX-L\d+)</a>", page)
            link = re.search(r'href="([^"]*after=[^"]*)">go on', page)
            if not link:
                break
            url = LIST + html.unescape(link.group(1))
        assert len(seen) == len(set(seen)) == 120
    assert seen[0] == "KX-L000" or seen[1] == "KX-L000"
    assert "go on" not in client.get(f"{LIST}?o=3").content.decode()
    assert client.get(f"{LIST}?after=nonsense").status_code == 200


def test_a_reference_is_found_by_its_beginning_and_an_address_is_not_searched_here(lena: User, make_case: Make) -> None:
    make_case(reference="KX-ABCDEFG")
    make_case(reference="KX-HJKMNPQ")
    client = signed_in(lena)
    for words in ("kx-abc", "ABC", " abcdefg "):
        page = client.get(LIST, {"q": words}).content.decode()
        assert "KX-ABCDEFG" in page and "KX-HJKMNPQ" not in page
    page = client.get(LIST, {"q": "alice@example.com"}).content.decode()
    assert "into the box above the list" in page and "KX-ABCDEFG" not in page
