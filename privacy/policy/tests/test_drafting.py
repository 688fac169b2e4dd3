"""Legal drafts in the console: start, edit by forms, look, review by a second person, publish; nothing gets lost."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from privacy.audit.models import AuditEvent
from privacy.policy.document import PolicyDocument, from_json
from privacy.policy.loading import checked_document, parse_policy
from privacy.policy.models import PolicyVersion
from privacy.policy.selectors import current_version, document_of
from privacy.policy.tests.files import DEMO
from privacy.policy.writing import as_plain, to_yaml
from privacy.testing.cast import make_user, signed_in

pytestmark = pytest.mark.django_db
VERSIONS = "/console/policy/policyversion/"
DAY = "2031-01-01"


@pytest.fixture
def petra(demo_policy: PolicyVersion) -> User:
    return make_user("petra@kept.example", "publish_policy", is_staff=True)


@pytest.fixture
def paul(demo_policy: PolicyVersion) -> User:
    return make_user("paul@kept.example", "publish_policy", is_staff=True)


def started(client: Client) -> PolicyVersion:
    assert client.post(f"{VERSIONS}start/", {"effective_on": DAY}).status_code == 302
    return PolicyVersion.objects.get(effective_on=DAY)


def form_of(client: Client, url: str) -> dict[str, Any]:
    """What a browser would send back: every field of the form as it came."""
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    form = answer.context["form"]
    data = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in data.items() if value not in (None, False)}


def edit(client: Client, url: str, **values: Any) -> Any:
    return client.post(url, {**form_of(client, url), "act": "save", **values})


def test_a_draft_begins_as_what_is_published_and_counts_for_nothing(petra: User, demo_policy: PolicyVersion) -> None:
    client = signed_in(petra)
    assert "Later than every published version" in client.get(f"{VERSIONS}start/").content.decode()
    draft = started(client)
    before, after = as_plain(document_of(demo_policy)), as_plain(document_of(draft))
    assert after.pop("policy") != before.pop("policy") and after == before
    assert draft.edited_by == petra.pk and current_version() == demo_policy
    for day in (DAY, "2018-05-15", "2001-01-01", "soon"):
        again = client.post(f"{VERSIONS}start/", {"effective_on": day})
        assert again.status_code == 200 and again.context["form"].errors, day
    assert AuditEvent.objects.filter(type="policy.draft_started", actor_id=petra.pk).count() == 1


@pytest.mark.promise(36)
def test_from_the_form_to_the_public_with_two_people(petra: User, paul: User) -> None:
    client = signed_in(petra)
    draft = started(client)
    base = f"{VERSIONS}{draft.pk}/"
    assert "A regular mail" in client.get(f"{base}edit/purposes/newsletter/").content.decode()
    german = {"notice-de": "Sie können jederzeit widerrufen. Dürfen wir schreiben?"}
    done = edit(client, f"{base}edit/purposes/newsletter/", summary="A mail every month.", **german)
    assert done.status_code == 302, done.context["form"].errors
    draft.refresh_from_db()
    row = draft.purpose_rows.get(code="newsletter")
    assert row.summary == "A mail every month." and row.notices.get(language="de").text.startswith("Sie können")
    own = client.post(f"{base}review/", {"decision": "approve", "digest": draft.digest}, follow=True)
    assert "Somebody else has to review it" in own.content.decode()
    other = signed_in(paul)
    page = other.get(f"{base}review/").content.decode()
    assert "minor" in page and "every month." in page
    other.post(f"{base}review/", {"decision": "back", "digest": draft.digest, "note": "Monthly?"})
    assert "1 to be reviewed by a second person, 0 to be published." in client.get("/console/").content.decode()
    assert "Sent back: Monthly?" in client.get(f"{base}edit/").content.decode()
    edit(client, f"{base}edit/purposes/newsletter/", label="Our newsletter")
    stale = other.post(f"{base}review/", {"decision": "approve", "digest": draft.digest}, follow=True)
    assert "not the draft that you read" in stale.content.decode()
    draft.refresh_from_db()
    assert "A second person has to review" in client.post(f"{base}publish/", follow=True).content.decode()
    other.post(f"{base}review/", {"decision": "approve", "digest": draft.digest})
    edit(client, f"{base}edit/policy/", title="The privacy policy")  # a change voids the review
    draft.refresh_from_db()
    assert draft.reviewed_digest == "" and draft.title == "The privacy policy"
    other.post(f"{base}review/", {"decision": "approve", "digest": draft.digest})
    assert "is published" in client.post(f"{base}publish/", follow=True).content.decode()
    draft.refresh_from_db()
    assert (draft.published_by, draft.reviewed_by) == (petra.pk, paul.pk)
    types = AuditEvent.objects.filter(type__startswith="policy.draft").values_list("type", flat=True)
    assert set(types) == {
        "policy.draft_started",
        "policy.draft_edited",
        "policy.draft_reviewed",
        "policy.draft_sent_back",
    }


def test_two_people_at_one_draft_lose_nothing(petra: User, paul: User) -> None:
    hers, his = signed_in(petra), signed_in(paul)
    draft = started(hers)
    url = f"{VERSIONS}{draft.pk}/edit/purposes/newsletter/"
    mine = form_of(hers, url)
    edit(his, url, summary="His words.")
    edit(his, f"{VERSIONS}{draft.pk}/edit/purposes/events/", label="Come along")
    answer = hers.post(url, {**mine, "act": "save", "summary": "Her words."})
    page = answer.content.decode()
    assert answer.status_code == 409 and "Somebody else changed this draft" in page
    assert "Her words.</textarea>" in page and "<del>His" in page and "Come along" not in page
    draft.refresh_from_db()
    assert draft.purpose_rows.get(code="newsletter").summary == "His words."
    again = hers.post(
        url, {**mine, "act": "save", "summary": "Her words.", "digest": answer.context["form"]["digest"].value()}
    )
    assert again.status_code == 302  # written over it on purpose; his other change stays
    draft.refresh_from_db()
    assert draft.purpose_rows.get(code="newsletter").summary == "Her words."
    assert draft.purpose_rows.get(code="events").label == "Come along"


def test_looking_writes_nothing_and_shows_words_switch_lint_and_difference(petra: User) -> None:
    client = signed_in(petra)
    draft = started(client)
    url = f"{VERSIONS}{draft.pk}/edit/purposes/newsletter/"
    looked = edit(client, url, label="Essential news", act="look").content.decode()
    assert "Not written yet" in looked and '<h4 data-shows="label" lang="en">Essential news</h4>' in looked
    assert "Called essential and is not" in looked and "<ins>Essential news</ins>" in looked
    draft.refresh_from_db()
    assert draft.purpose_rows.get(code="newsletter").label == "Newsletter"
    assert client.get(f"{VERSIONS}{draft.pk}/lint/").context["report"].refused == []


def test_problems_stand_beside_their_field_and_hostile_input_is_text(petra: User) -> None:
    client = signed_in(petra)
    draft = started(client)
    url = f"{VERSIONS}{draft.pk}/edit/purposes/newsletter/"
    answer = edit(client, url, categories=["identification", "billing"], label="")
    assert set(answer.context["form"].errors) == {"label"}
    answer = edit(client, url, categories=["identification", "billing"])
    assert "categories" in answer.context["form"].errors and answer.status_code == 200
    answer = edit(client, url, categories=["nothing"])
    assert "categories" in answer.context["form"].errors
    words = "<script>alert(1)</script>: {x} & 'y' # \"z\" - ü \U0001f600"
    assert edit(client, url, summary=words).status_code == 302
    draft.refresh_from_db()
    assert draft.purpose_rows.get(code="newsletter").summary == words and parse_policy(draft.source) == document_of(
        draft
    )
    assert "<script>alert" not in client.get(url).content.decode()
    for bad in ("edit/statements/", "edit/purposes/nothing/", "edit/nonsense/new/"):
        assert client.get(f"{VERSIONS}{draft.pk}/{bad}").status_code == 404


def test_a_purpose_is_added_with_its_notice_and_taken_out_with_all_that_names_it(petra: User) -> None:
    client = signed_in(petra)
    draft = started(client)
    base = f"{VERSIONS}{draft.pk}/edit/"
    values = {
        **form_of(client, f"{base}purposes/new/"),
        "code": "surveys",
        "label": "Surveys",
        "summary": "We ask you.",
    }
    values |= {"group": "messages", "basis": "consent", "message_class": "promotional", "channels": ["email"]}
    values |= {"audiences": ["customers"], "categories": ["identification"], "promises": "18, 19", "act": "save"}
    missing = client.post(f"{base}purposes/new/", values)
    assert "has no notice in en" in missing.content.decode()
    values["notice-en"] = "You can withdraw at any time. May we ask you about our products?"
    assert client.post(f"{base}purposes/new/", values).status_code == 302
    draft.refresh_from_db()
    assert draft.purpose_rows.get(code="surveys").promises == [18, 19]
    assert "language_missing" in {
        each.rule for each in client.get(f"{VERSIONS}{draft.pk}/lint/").context["report"].findings
    }
    for url in (f"{base}regions/new/", f"{base}recipients/hosting/", f"{base}regions/GB.2021-01-01/", f"{base}policy/"):
        assert client.get(url).status_code == 200, url
    client.post(f"{base}purposes/surveys/", {"act": "remove", "digest": draft.digest})
    draft.refresh_from_db()
    assert not draft.purpose_rows.filter(code="surveys").exists()
    used = client.post(f"{base}categories/browsing/", {"act": "remove", "digest": draft.digest})
    assert "There is no category “browsing”" in used.content.decode()


def test_another_language_opens_its_fields(petra: User) -> None:
    client = signed_in(petra)
    draft = started(client)
    url = f"{VERSIONS}{draft.pk}/edit/purposes/newsletter/?language=it"
    values = {"notice-it": "Può revocare in ogni momento. Possiamo scriverle?", "label-it": "Notiziario"}
    assert "summary-it" in edit(client, url, **values).context["form"].errors
    values["summary-it"] = "Un messaggio al mese."
    assert edit(client, url, **values).status_code == 302
    draft.refresh_from_db()
    document = document_of(draft)
    assert [each.label for entry in document.translations if entry.language == "it" for each in entry.purposes] == [
        "Notiziario"
    ]
    assert client.get(f"{VERSIONS}{draft.pk}/edit/purposes/newsletter/?language=<b>").status_code == 200


def test_the_file_goes_out_and_comes_in_again(petra: User, paul: User) -> None:
    client = signed_in(petra)
    draft = started(client)
    text = client.get(f"{VERSIONS}{draft.pk}/file/").content.decode()
    assert parse_policy(text) == document_of(draft)
    edited = text.replace("label: Newsletter", "label: The letter", 1)

    def take_in(content: str, digest: str) -> Any:
        file = SimpleUploadedFile("policy.yaml", content.encode())
        return client.post(f"{VERSIONS}{draft.pk}/import/", {"digest": digest, "file": file})

    assert take_in(edited, draft.digest).status_code == 302
    draft.refresh_from_db()
    assert draft.purpose_rows.get(code="newsletter").label == "The letter"
    bad = take_in(text.replace("basis: contract", "basis: none", 1), draft.digest).content.decode()
    assert "1 problem" in bad and "“none” is unknown." in bad
    assert "Somebody else changed this draft" in take_in(text, "0" * 64).content.decode()
    assert take_in(text.replace(DAY, "2018-05-15"), draft.digest).status_code == 200


def test_nobody_else_drafts(petra: User, lena: User, mallory: User, demo_policy: PolicyVersion) -> None:
    draft = started(signed_in(petra))
    urls = [
        f"{VERSIONS}{draft.pk}/{each}/"
        for each in ("edit", "edit/policy", "edit/purposes/newsletter", "review", "import")
    ]
    for url in (*urls, f"{VERSIONS}start/"):
        assert signed_in(lena).get(url).status_code == 403, url
        assert signed_in(mallory).get(url).status_code in {302, 403}, url
    assert signed_in(lena).get(f"{VERSIONS}{draft.pk}/lint/").status_code == 200
    client = signed_in(petra)
    for url in (f"{VERSIONS}{demo_policy.pk}/edit/", f"{VERSIONS}{demo_policy.pk}/edit/purposes/newsletter/"):
        assert client.get(url).status_code == 302  # published: only to be read
    assert client.post(f"{VERSIONS}{demo_policy.pk}/review/", {"decision": "approve"}).status_code == 302


def test_a_purpose_has_its_page_with_its_history(petra: User, lena: User) -> None:
    client = signed_in(petra)
    draft = started(client)
    edit(client, f"{VERSIONS}{draft.pk}/edit/purposes/newsletter/", summary="A mail every month.")
    page = signed_in(lena).get(f"{VERSIONS}purposes/newsletter/").content.decode()
    assert "notice used" in page and "notice unused" in page and "every month." in page and "California" in page
    listed = signed_in(lena).get(f"{VERSIONS}purposes/").content.decode()
    assert "Newsletter" in listed and "365 days" in listed and "Payment" in listed
    assert client.get(f"{VERSIONS}purposes/nothing/").status_code == 404


def test_a_stored_document_and_its_file_are_equal() -> None:
    document = parse_policy(DEMO)
    assert parse_policy(to_yaml(document)) == document == checked_document(as_plain(document))
    assert from_json(document.to_json()) == document


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60))
def test_any_text_survives_the_way_through_the_file(text: str) -> None:
    content = as_plain(parse_policy(DEMO))
    if not text.split():
        return
    small = {**content, "statements": content["statements"][:1], "translations": []}
    small["purposes"][0]["summary"] = text
    document: PolicyDocument = checked_document(small)
    assert parse_policy(to_yaml(document)) == document
