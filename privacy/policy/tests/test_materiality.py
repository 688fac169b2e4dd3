"""What makes a change of a purpose a material one, and what becomes of grants given before it."""

import datetime as dt

import pytest

from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.policy.document import PolicyDocument
from privacy.policy.loading import parse_policy
from privacy.policy.materiality import Earlier, material_reasons, purpose_changes
from privacy.policy.models import PolicyVersion
from privacy.policy.services import load_policy, publish_policy
from privacy.policy.tests.files import DEMO, dated, edited
from privacy.policy.vocabulary import ChangeKind

OLD = parse_policy(DEMO)
NEWSLETTER = "categories: [identification, preferences]\n    recipients: [hosting]\n    channels: [email]"
VALID = "    group: measurement\n    basis: consent\n    valid_days: 730\n"
LOCATION = "days: 30, counts_from: collected_at"
PROVIDER = "label: Analytics provider, role: processor"
FIRST, SECOND, THIRD = (dt.date(year, 1, 1) for year in (2026, 2027, 2028))


def reasons(code: str, *pairs: tuple[str, str]) -> list[str]:
    return list(material_reasons(code, OLD, parse_policy(edited(*pairs))))


@pytest.mark.parametrize(
    ("code", "old", "new", "expected"),
    [
        ("newsletter", NEWSLETTER, NEWSLETTER.replace("preferences", "preferences, region"), ["categories"]),
        ("newsletter", NEWSLETTER, NEWSLETTER.replace("hosting", "hosting, analytics"), ["recipients"]),
        ("newsletter", NEWSLETTER, NEWSLETTER.replace("[email]", "[email, sms]"), ["channels"]),
        ("newsletter", NEWSLETTER, NEWSLETTER.replace(", preferences", ""), []),  # less is no reason
        ("newsletter", "    double_opt_in: true\n", "", ["double_opt_in"]),
        ("click_tracking", VALID, VALID.replace("730", "731"), ["valid_days"]),
        ("click_tracking", VALID, VALID.replace("    valid_days: 730\n", ""), ["valid_days"]),
        ("click_tracking", VALID, VALID.replace("730", "365"), []),
        ("mobile_location", LOCATION, LOCATION.replace("30", "31"), ["retention"]),
        ("mobile_location", LOCATION, LOCATION.replace("30", "29"), []),
        ("partner_offers", "    denied_by: [gpc]\n", "", ["denied_by"]),
        ("newsletter", "language: en\n", "language: en\n  reaffirm: [newsletter]\n", ["marked"]),
        ("newsletter", "regular mail about our products", "mail about our products", []),
        (
            "third_party_analytics",
            PROVIDER,
            PROVIDER.replace("processor", "partner"),
            ["recipient_role"],
        ),
        ("product_news", NEWSLETTER, NEWSLETTER.replace("[email]", "[email, sms]"), []),  # another purpose
    ],
)
def test_more_than_before_is_material_and_less_is_not(code: str, old: str, new: str, expected: list[str]) -> None:
    assert reasons(code, (old, new)) == expected


def changes(after: PolicyDocument, *earlier: tuple[PolicyDocument, dt.date, dt.date | None]) -> dict[str, object]:
    known: dict[str, Earlier] = {}
    for document, day, stale in earlier:
        for each in document.purposes:
            known.setdefault(each.code, Earlier(document, day, stale))
    newest = earlier[0][1] if earlier else None
    return {each.code: (each.kind, each.stale_before) for each in purpose_changes(after, known, newest)}


def test_only_what_changed_becomes_stale_and_stays_so() -> None:
    later = parse_policy(dated("2027-01-01", (NEWSLETTER, NEWSLETTER.replace("[email]", "[email, sms]"))))
    found = changes(later, (OLD, FIRST, None))
    assert found["newsletter"] == (ChangeKind.MATERIAL, SECOND)
    assert found["events"] == (ChangeKind.SAME, None)
    minor = parse_policy(dated("2028-01-01", ("A regular mail about our products", "A mail about our products")))
    assert changes(minor, (OLD, SECOND, FIRST))["newsletter"] == (ChangeKind.MINOR, FIRST)  # carried on
    assert set(changes(OLD).values()) == {(ChangeKind.NEW, None)}


def test_a_purpose_that_was_gone_and_comes_back_is_asked_anew() -> None:
    found = changes(parse_policy(dated("2028-01-01")), (OLD, FIRST, None))
    assert found["newsletter"] == (ChangeKind.SAME, None)
    known = {each.code: Earlier(OLD, FIRST, None) for each in OLD.purposes}
    back = {each.code: each for each in purpose_changes(parse_policy(dated("2028-01-01")), known, SECOND)}
    assert back["newsletter"].reasons == ("returned",) and back["newsletter"].stale_before == THIRD


@pytest.mark.django_db
@pytest.mark.promise(95)
def test_publishing_notes_the_change_with_the_frozen_version(demo_policy: PolicyVersion) -> None:
    text = dated("2026-01-01", (NEWSLETTER, NEWSLETTER.replace("[email]", "[email, sms]")))
    version = load_policy(text=text, actor=OPERATOR, now=clock.now()).version
    publish_policy(version=version, actor=OPERATOR, now=clock.now())
    rows = {row.code: row for row in version.purpose_rows.all()}
    assert (rows["newsletter"].change, rows["newsletter"].change_reasons) == ("material", ["channels"])
    assert rows["newsletter"].stale_before == FIRST and rows["events"].stale_before is None
    third = load_policy(text=text.replace("2026-01-01", "2026-02-01"), actor=OPERATOR, now=clock.now()).version
    publish_policy(version=third, actor=OPERATOR, now=clock.now())
    assert third.purpose_rows.get(code="newsletter").stale_before == FIRST
    assert {row.change for row in demo_policy.purpose_rows.all()} == {"new"}
