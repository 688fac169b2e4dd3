"""Views of the queue: kept without a person in them, seen by whom they are for, opened whatever became of the list."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from dsr.models import SubjectRequest
from dsr.saved_views import services
from dsr.saved_views.models import QueueChoice, SavedView
from dsr.saved_views.rules import MOST_VIEWS, Query, clean_name, clean_search
from dsr.states import State
from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.errors import DomainError, InvalidInput, NotAllowed
from privacy.testing.cast import make_user, signed_in
from privacy.testing.factories import CaseFactory

pytestmark = pytest.mark.django_db
LIST = "/console/dsr/subjectrequest/"
VIEWS = f"{LIST}views/"
Saver = Callable[..., SavedView]


@pytest.fixture
def lead(db: None) -> User:
    """As lena, and she may share."""
    return make_user("lead@kept.example", "work_subject_request", "share_views", is_staff=True)


def save(client: Any, query: str, name: str, **more: str) -> Any:
    return client.post(f"{VIEWS}save/", {"name": name, "query": query, **more}, follow=True)


def row(client: Any, query: str = "?show=open") -> str:
    page: str = client.get(f"{LIST}{query}").content.decode()
    return page[page.index('<nav class="views"') : page.index("</nav>", page.index('<nav class="views"'))]


def kept(owner: User, name: str = "Mine", **more: Any) -> SavedView:
    return SavedView.objects.create(owner=owner, name=name, query={"filters": {"show": "overdue"}}, **more)


def test_filters_search_and_order_are_kept_under_a_name_and_opened_again(lena: User) -> None:
    late = CaseFactory.create(reference="KX-ABCDEFG", due_on=dt.date(2020, 1, 1), assigned_to=lena.pk)
    CaseFactory.create(reference="KX-HJKMNPQ", due_on=dt.date(2020, 1, 1), assigned_to=lena.pk)
    client = signed_in(lena)
    answer = save(client, "show=overdue&owner=me&o=-5&q=kx-ab&p=0&after=x", "My late ones")
    assert answer.redirect_chain[-1][0] == f"{LIST}?o=-5&owner=me&q=KX-AB&show=overdue"
    assert "“My late ones” is saved." in answer.content.decode()
    assert [each.pk for each in answer.context["cl"].result_list] == [late.pk]
    view = SavedView.objects.get()
    assert view.query["order"] == ["-due_on"]  # by name: numbers of columns change with the list
    shown = row(client, "?show=overdue&q=KX-AB&owner=me&o=-5")
    assert 'aria-current="page">My late ones' in shown
    assert "State: Overdue · Who works on it: Mine · Ordered by due on, the last first" in row(client)
    assert 'aria-current="page">Everything open' in row(client) and 'aria-current="page">Ev' not in shown


@pytest.mark.parametrize(
    "query", ["q=alice@example.com", "q=Smith", "q=KX-", "q=KX-%00", "q=030+1234567", "q=KX-ABCDEFGH", "q=KX-AB%0d"]
)
def test_no_search_for_a_person_is_kept(lena: User, query: str) -> None:
    answer = save(signed_in(lena), f"show=all&{query}", "Found")
    assert answer.status_code in {200, 400}
    if answer.status_code == 400:
        assert "beginning of a reference" in answer.content.decode()
        assert answer.context["form"]["query"].value() == "show=all"  # pressed again, it is kept without the search
        assert not SavedView.objects.exists()
    assert all(each.query["search"] in {"", "KX-AB"} for each in SavedView.objects.all())


@pytest.mark.parametrize("name", ["", " \u202e ", "alice@example.com", "+49 30 123456", "x" * 41])
def test_a_name_that_is_none_or_could_be_a_persons_is_refused_at_its_field(lena: User, name: str) -> None:
    answer = save(signed_in(lena), "show=all", name)
    assert answer.status_code == 400 and answer.context["form"].errors["name"]
    assert not SavedView.objects.exists()


def test_a_name_is_one_line_and_shown_as_text(lena: User) -> None:
    assert clean_name(" Late\r\nones\u202e <b> ") == "Late ones <b>"
    client = signed_in(lena)
    save(client, "show=all", "<b>=1+1")
    assert "&lt;b&gt;=1+1" in row(client) and "<b>" not in row(client)


@pytest.mark.parametrize("query", ["nonsense=1", "show=never", "o=99", "o=x", "owner=" + "x" * 5000, "state__exact=1"])
def test_what_the_list_does_not_know_is_not_kept(lena: User, query: str) -> None:
    assert save(signed_in(lena), query, "Odd").status_code == 400
    assert not SavedView.objects.exists()


def test_what_the_list_lost_since_is_said_and_the_rest_is_shown(lena: User) -> None:
    filters = {"show": "closed", "right": "flying", "moon": "full"}
    query = {"filters": filters, "order": ["gone", "-due_on"], "search": ""}
    view = SavedView.objects.create(owner=lena, name="Old", query=query)
    client = signed_in(lena)
    answer = client.get(f"{VIEWS}{view.pk}/", follow=True)
    assert answer.redirect_chain[-1][0] == f"{LIST}?o=-5&show=closed"
    page = answer.content.decode()
    assert "“Old” asks for what the list does not have any more" in page
    assert "the filter moon: full, the filter right: flying, the order by gone" in page
    assert "The list does not have any more" in client.get(VIEWS).content.decode()
    SavedView.objects.update(query=["no", "query"])
    assert client.get(f"{VIEWS}{view.pk}/", follow=True).status_code == 200
    assert client.get(VIEWS).status_code == client.get(LIST).status_code == 200


def test_own_views_are_seen_by_nobody_else_and_shared_ones_by_the_team(lena: User, nora: User, lead: User) -> None:
    own, shared = kept(lena, "Hers"), kept(lead, "Everybodys", is_shared=True)
    page = row(signed_in(nora))
    assert "Everybodys" in page and "Hers" not in page
    client = signed_in(nora)
    answer = client.get(f"{VIEWS}{own.pk}/", follow=True)
    assert "There is no such view" in answer.content.decode()
    assert client.get(f"{VIEWS}{own.pk}/change/").status_code == 404
    assert client.post(f"{VIEWS}{own.pk}/delete/").status_code == 404
    assert client.get(f"{VIEWS}{shared.pk}/change/").status_code == 403
    assert "Only those who may share" not in row(client)
    client.post(f"{VIEWS}{shared.pk}/delete/")
    assert SavedView.objects.filter(pk=shared.pk).exists()


def test_only_those_with_the_right_share(lena: User, lead: User) -> None:
    save(signed_in(lena), "show=all", "Sneaked", is_shared="on")
    assert not SavedView.objects.get().is_shared  # the form does not ask her
    with pytest.raises(NotAllowed):
        services.save_view(
            user=lena, name="No", query=Query(), is_shared=True, actor=Actor.staff(lena.pk), now=clock.now()
        )
    client = signed_in(lead)
    assert "Show it to the team" in row(client) and "Show it to the team" not in row(signed_in(lena))
    save(client, "show=all", "Ours", is_shared="on")
    view = SavedView.objects.get(name="Ours")
    assert view.is_shared and "Ours" in row(signed_in(lena))
    client.post(f"{VIEWS}{view.pk}/change/", {"name": "Only mine"})
    assert "Only mine" not in row(signed_in(lena)) and "Only mine" in row(client)


def test_renaming_keeps_what_it_shows_and_a_name_is_taken_once(lena: User, nora: User) -> None:
    view, other = kept(lena, "One"), kept(lena, "Two")
    client = signed_in(lena)
    client.post(f"{VIEWS}{view.pk}/change/", {"name": "Three"})
    view.refresh_from_db()
    assert (view.name, view.query, view.is_shared) == ("Three", {"filters": {"show": "overdue"}}, False)
    answer = client.post(f"{VIEWS}{view.pk}/change/", {"name": "two"})
    assert "a view of this name already" in answer.content.decode()
    assert save(client, "show=all", "TWO").status_code == 400
    assert save(signed_in(nora), "show=all", "Two").status_code == 200  # another person's names are free
    assert other.name == "Two"


def test_a_deletion_is_undone_with_everything_that_hung_on_it(lena: User, lead: User) -> None:
    view = kept(lead, "Ours", is_shared=True)
    QueueChoice.objects.create(user=lena, start_view=view.pk)
    client, hers = signed_in(lead), signed_in(lena)
    assert hers.get(LIST).headers["Location"] == f"{LIST}?show=overdue"
    assert "“Ours” is deleted" in client.post(f"{VIEWS}{view.pk}/delete/", follow=True).content.decode()
    assert not SavedView.objects.exists() and hers.get(LIST).status_code == 200
    assert "is deleted. <button" in client.get(f"{LIST}?show=open").content.decode()
    assert hers.post(f"{VIEWS}undo/").status_code == 302 and not SavedView.objects.exists()  # not her deletion
    client.post(f"{VIEWS}undo/")
    back = SavedView.objects.get()
    assert (back.pk, back.owner_id, back.name, back.is_shared) == (view.pk, lead.pk, "Ours", True)
    assert hers.get(LIST).headers["Location"] == f"{LIST}?show=overdue"
    assert "nothing to bring back" in client.post(f"{VIEWS}undo/", follow=True).content.decode()


def test_an_undo_has_an_hour(lena: User, monkeypatch: pytest.MonkeyPatch) -> None:
    view, client = kept(lena), signed_in(lena)
    client.post(f"{VIEWS}{view.pk}/delete/")
    later = clock.now() + dt.timedelta(hours=1)
    monkeypatch.setattr("dsr.saved_views.console_views.clock.now", lambda: later)
    assert "Undo" not in client.get(VIEWS).content.decode()
    client.post(f"{VIEWS}undo/")
    assert not SavedView.objects.exists()


def test_one_view_opens_the_queue_and_everything_open_stays_one_click_away(lena: User) -> None:
    CaseFactory.create(reference="KX-ABCDEFG", due_on=dt.date(2099, 1, 1), state=State.RECEIVED)
    client = signed_in(lena)
    save(client, "show=overdue", "Late", is_start="on")
    view = SavedView.objects.get()
    assert client.get(LIST).headers["Location"] == f"{LIST}?show=overdue"
    plain = client.get(f"{LIST}?show=open")
    assert [each.reference for each in plain.context["cl"].result_list] == ["KX-ABCDEFG"]
    page = client.get(f"{LIST}?owner=me").content.decode()
    assert 'href="?"' not in page and 'href="?show=open"' in page  # no filter's link falls back into the start view
    client.post(f"{VIEWS}choose/", {"start": ""})
    assert client.get(LIST).status_code == 200
    client.post(f"{VIEWS}choose/", {"start": str(view.pk)})
    assert client.get(LIST).status_code == 302
    assert client.post(f"{VIEWS}choose/", {"start": "nonsense"}).status_code == 404
    assert "no such view" in client.post(f"{VIEWS}choose/", {"start": str(uuid.uuid4())}, follow=True).content.decode()
    assert QueueChoice.objects.get().start_view == view.pk


def test_each_act_is_on_the_log_without_the_name(lead: User) -> None:
    client = signed_in(lead)
    save(client, "show=all", "Secretname", is_shared="on", is_start="on")
    pk = SavedView.objects.get().pk
    client.post(f"{VIEWS}{pk}/change/", {"name": "Secretname two", "is_shared": "on"})
    client.post(f"{VIEWS}{pk}/delete/")
    client.post(f"{VIEWS}undo/")
    events = list(AuditEvent.objects.filter(type__startswith="saved_views").order_by("id"))
    assert [event.type.partition(".")[2] for event in events] == [
        "saved",
        "chosen",
        "changed",
        "deleted",
        "brought_back",
    ]
    assert all(event.actor_id == lead.pk and "Secretname" not in event.payload for event in events)
    assert {event.target_id for event in events if event.type != "saved_views.chosen"} == {pk}


def test_nobody_keeps_more_than_a_row_holds(lena: User) -> None:
    for number in range(MOST_VIEWS):
        kept(lena, f"View {number}")
    answer = save(signed_in(lena), "show=all", "One more")
    assert answer.status_code == 400 and "Delete one first" in answer.content.decode()
    with pytest.raises(DomainError):
        services.save_view(
            user=lena, name="No", query=Query(), is_shared=False, actor=Actor.staff(lena.pk), now=clock.now()
        )


def test_who_does_not_work_on_requests_has_no_views(omar: User, mallory: User, lena: User) -> None:
    view = kept(lena, is_shared=True)
    for user in (omar, mallory):
        client = signed_in(user)
        for path in (VIEWS, f"{VIEWS}{view.pk}/", f"{VIEWS}{view.pk}/change/"):
            assert client.get(path).status_code in {302, 403}
        for path in (f"{VIEWS}save/", f"{VIEWS}undo/", f"{VIEWS}choose/", f"{VIEWS}{view.pk}/delete/"):
            assert client.post(path, {"name": "x"}).status_code in {302, 403}
    assert SavedView.objects.count() == 1 and not QueueChoice.objects.exists()
    client = signed_in(lena)
    for path in ("save/", "undo/", "choose/", f"{view.pk}/delete/"):
        assert client.get(VIEWS + path).status_code == 405
    assert client.post(VIEWS).status_code == 405


def test_the_list_keeps_to_its_twelve_questions_with_twenty_views(
    lena: User, lead: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(MOST_VIEWS):
        kept(lena, f"View {number}")
        kept(lead, f"Shared {number}", is_shared=True)
    QueueChoice.objects.create(user=lena, start_view=SavedView.objects.first().pk)  # type: ignore[union-attr]  # made above
    CaseFactory.create_batch(3)
    client = signed_in(lena)
    client.get(f"{LIST}?show=open")  # the first page of a session takes a few more
    for path in (f"{LIST}?show=open", LIST, VIEWS):
        with django_assert_max_num_queries(12):
            assert client.get(path).status_code in {200, 302}
    assert SubjectRequest.objects.count() == 3


def test_a_search_is_kept_in_one_spelling() -> None:
    assert clean_search(" kx-abc ") == "KX-ABC" and clean_search("  ") == ""
    with pytest.raises(InvalidInput) as caught:
        clean_search("Meyer")
    assert caught.value.field == "query"
