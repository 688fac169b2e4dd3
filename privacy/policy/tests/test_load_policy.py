"""Loading, publishing and exporting a policy file; a published version never changes."""

import datetime as dt
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from django.forms.models import model_to_dict

from privacy.audit.models import AuditEvent
from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import InvalidInput, StaleState
from privacy.policy import selectors
from privacy.policy.models import Notice, PolicyVersion, Purpose, Site, VersionState
from privacy.policy.services import Outcome, discard_draft, load_policy, publish_policy
from privacy.policy.tests.files import DEMO, DEMO_FILE, dated, edited
from privacy.policy.triggers import expected_triggers, frozen_models, installed_triggers, missing_triggers

pytestmark = pytest.mark.django_db


def load(text: str) -> PolicyVersion:
    return load_policy(text=text, actor=OPERATOR, now=clock.now()).version


def run(*args: str) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


@pytest.mark.promise(102)
def test_the_first_file_is_published_with_its_own_date() -> None:
    assert "published as the first version" in run("load_policy", str(DEMO_FILE))
    version = selectors.current_version()
    assert version.effective_on == dt.date(2018, 5, 15)
    assert (version.minimum_age, version.response_days, version.is_material) == (13, 30, True)
    assert {"policy.loaded", "policy.published"} <= set(AuditEvent.objects.values_list("type", flat=True))


def test_the_same_content_twice_changes_nothing() -> None:
    load(DEMO)
    events = AuditEvent.objects.count()
    assert "nothing changed" in run("load_policy", str(DEMO_FILE))
    again = load_policy(text=DEMO + "\n# another comment\n", actor=OPERATOR, now=clock.now())
    assert again.outcome is Outcome.UNCHANGED
    assert AuditEvent.objects.count() == events
    assert PolicyVersion.objects.count() == 1


@pytest.mark.promise(95)
def test_a_file_never_overwrites_a_published_version() -> None:
    load(DEMO)
    before = PolicyVersion.objects.values().get()
    with pytest.raises(InvalidInput) as caught:
        load(edited(("minimum_age: 13", "minimum_age: 16")))
    assert caught.value.field == "policy.effective_on"
    assert PolicyVersion.objects.values().get() == before


def test_a_later_file_is_a_draft_until_somebody_publishes_it(tmp_path: Path) -> None:
    load(DEMO)
    file = tmp_path / "next.yaml"
    file.write_text(dated("2020-01-01", ("minimum_age: 13", "minimum_age: 16")), encoding="utf-8")
    assert "loaded as a draft" in run("load_policy", str(file))
    assert selectors.current_version().minimum_age == 13
    assert "is published" in run("load_policy", str(file), "--publish")
    assert selectors.current_version().minimum_age == 16
    assert selectors.current_version(on=dt.date(2019, 12, 31)).minimum_age == 13


def test_a_draft_gives_way_to_a_new_draft_of_its_date() -> None:
    load(DEMO)
    load(dated("2020-01-01"))
    loaded = load_policy(
        text=dated("2020-01-01", ("response_days: 30", "response_days: 20")), actor=OPERATOR, now=clock.now()
    )
    assert loaded.outcome is Outcome.REPLACED
    assert [row.response_days for row in PolicyVersion.objects.all()] == [20, 30]


def test_a_future_version_waits_for_its_day() -> None:
    load(DEMO)
    later = load(dated("2999-01-01"))
    publish_policy(version=later, actor=OPERATOR, now=clock.now())
    assert selectors.current_version().effective_on == dt.date(2018, 5, 15)
    assert selectors.current_version(on=dt.date(2999, 1, 1)) == later


def test_the_past_is_not_rewritten_by_an_older_date() -> None:
    load(DEMO)
    with pytest.raises(InvalidInput, match="2018-05-15 is published already"):
        publish_policy(version=load(dated("2017-01-01")), actor=OPERATOR, now=clock.now())


def test_publishing_twice_or_a_replaced_draft_is_refused() -> None:
    load(DEMO)
    draft = load(dated("2020-01-01"))
    load(dated("2020-01-01", ("response_days: 30", "response_days: 20")))
    with pytest.raises(StaleState):
        publish_policy(version=draft, actor=OPERATOR, now=clock.now())
    published = selectors.current_version()
    with pytest.raises(StaleState):
        publish_policy(version=published, actor=OPERATOR, now=clock.now())
    with pytest.raises(StaleState):
        discard_draft(version=published, actor=OPERATOR, now=clock.now())


def test_a_discarded_draft_is_gone_with_its_rows_and_on_the_log() -> None:
    load(DEMO)
    draft = load(dated("2020-01-01"))
    discard_draft(version=draft, actor=OPERATOR, now=clock.now())
    assert not Purpose.objects.filter(version_id=draft.pk).exists()
    assert AuditEvent.objects.filter(type="policy.draft_discarded").count() == 1


@pytest.mark.promise(95)
@pytest.mark.parametrize(
    ("model", "verb"),
    [(PolicyVersion, "update"), (PolicyVersion, "delete")]
    + [(model, verb) for model in frozen_models()[1:] for verb in ("insert", "update", "delete")],
)
def test_not_even_sql_changes_a_published_version(model: type[Model], verb: str, demo_policy: PolicyVersion) -> None:
    table = model._meta.db_table
    sql = {
        "update": f'UPDATE "{table}" SET id = id',
        "delete": f'DELETE FROM "{table}"',
        "insert": f'INSERT INTO "{table}" SELECT * FROM "{table}"',
    }[verb]
    refused = pytest.raises(DatabaseError, match="published policy never changes")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert model._default_manager.exists()


@pytest.mark.promise(95)
def test_a_draft_row_cannot_be_moved_into_a_published_version(demo_policy: PolicyVersion) -> None:
    draft = load(dated("2020-01-01"))
    with pytest.raises(DatabaseError), transaction.atomic():
        Site.objects.filter(version=draft).update(version=demo_policy)
    assert Site.objects.filter(version=demo_policy).count() == 5


def test_every_table_of_a_version_has_its_triggers() -> None:
    assert expected_triggers() == installed_triggers()
    assert not missing_triggers()


def test_the_export_of_a_version_loads_as_the_same_version(tmp_path: Path) -> None:
    load(DEMO)
    file = tmp_path / "export.yaml"
    run("export_policy", "2018-05-15", "--out", str(file))
    assert file.read_text(encoding="utf-8") == DEMO
    assert run("export_policy") == DEMO
    assert "nothing changed" in run("load_policy", str(file))


@pytest.mark.parametrize(
    "args",
    [
        ["load_policy", "/nowhere/x.yaml"],
        ["export_policy"],
        ["export_policy", "2018-13-01"],
        ["export_policy", "2018-01-01"],
    ],
)
def test_commands_say_what_to_mend(args: list[str]) -> None:
    with pytest.raises(CommandError, match=r"\.$"):
        run(*args)


def test_the_command_prints_every_problem_of_a_bad_file(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(
        edited(("basis: consent", "basis: maybe"), ("minimum_age: 13", "minimum_age: 99")), encoding="utf-8"
    )
    with pytest.raises(CommandError) as caught:
        run("load_policy", str(file))
    assert str(caught.value).count("\nline ") == 2
    assert PolicyVersion.objects.count() == 0


def test_rows_answer_what_the_file_says(demo_policy: PolicyVersion, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]  # the fixture is annotated as its maker
        tracking = selectors.purpose("click_tracking")
    assert (tracking.basis, tracking.switch, tracking.allows("browsing")) == ("consent", "consent", True)
    assert not tracking.allows("billing")
    assert selectors.purpose("usage_analytics").switch == "objection"
    assert selectors.purpose("account_service").switch == "locked"
    assert {row.slug for row in selectors.sites()} == {"main", "discussions", "marketplace", "code", "blogs"}
    assert {"stripe", "instamojo", "paypal"} <= {row.code for row in selectors.recipients()}
    assert selectors.retention_period("login_history").days == 365
    assert len(selectors.categories()) == len(selectors.document_of(demo_policy).categories)


@pytest.mark.promise(36)
def test_a_purpose_that_is_not_published_is_unknown(demo_policy: PolicyVersion) -> None:
    load(dated("2020-01-01").replace("click_tracking", "click_tracing"))
    with pytest.raises(InvalidInput) as caught:
        selectors.purpose("click_tracing")
    assert caught.value.code == "unknown_purpose"


def test_a_notice_falls_back_to_the_main_language_and_keeps_its_hash(demo_policy: PolicyVersion) -> None:
    english = selectors.notice_for("click_tracking")
    assert selectors.notice_for("click_tracking", "it") == english
    assert selectors.notices()["click_tracking"] == english
    later = load(dated("2020-01-01"))
    assert Notice.objects.get(version=later, purpose__code="click_tracking", language="en").digest == english.digest
    assert "click" in english.text


def test_a_site_keeps_its_public_key_over_versions(demo_policy: PolicyVersion) -> None:
    load(dated("2020-01-01"))
    keys = {row.public_key for row in Site.objects.filter(slug="blogs")}
    assert len(keys) == 1
    assert model_to_dict(selectors.site("blogs"))["host"] == "blogs.vtiger.com"


def test_without_any_policy_there_is_none_in_force() -> None:
    assert not selectors.has_policy()
    assert PolicyVersion.objects.filter(state=VersionState.PUBLISHED).count() == 0
