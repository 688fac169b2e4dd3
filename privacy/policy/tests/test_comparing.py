"""What changed between two versions: on the public page, entry by entry."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.policy.comparing import Kind, by_section, differences
from privacy.policy.document import PolicyDocument
from privacy.policy.loading import parse_policy
from privacy.policy.models import PolicyVersion
from privacy.policy.services import load_policy, publish_policy
from privacy.policy.tests.files import DEMO, dated, edited


def compare(*pairs: tuple[str, str], for_staff: bool = False) -> dict[str, list[tuple[str, str]]]:
    found = by_section(differences(parse_policy(DEMO), parse_policy(edited(*pairs)), for_staff=for_staff))
    return {section: [(each.kind.value, each.label) for each in entries] for section, entries in found.items()}


def test_the_same_text_has_no_differences() -> None:
    document: PolicyDocument = parse_policy(DEMO)
    later = parse_policy(dated("2024-01-01", ("change_summary: First version.", "change_summary: Another.")))
    assert differences(document, later, for_staff=True) == []


def test_every_kind_of_change_is_named_once() -> None:
    site = "  - {code: blogs, label: Blogs, host: blogs.vtiger.com}"
    assert compare((site, site.replace("blogs", "news").replace("Blogs", "News"))) == {
        "Sites": [("new", "News"), ("gone", "Blogs")]
    }
    assert compare(("response_days: 30", "response_days: 20")) == {"The policy": [("changed", "Days to answer")]}
    found = differences(parse_policy(DEMO), parse_policy(edited(("label: Attendees,", "label: Guests,"))))
    assert [(each.kind, each.details[0].before, each.details[0].after) for each in found] == [
        (Kind.CHANGED, "Attendees", "Guests")
    ]


def test_what_is_for_staff_stays_with_staff() -> None:
    pair = ("live_figures: [24, 80, 81, 95]", "live_figures: [24]")
    assert compare(pair, for_staff=True) == {}  # a switch, not a text
    sentence = next(line for line in DEMO.splitlines() if "code: c1" in line)
    assert sentence
    says = re.search(r"code: c1\n\s+says: (.+)", DEMO)
    pair = (says.group(1), "Something else.") if says else ("", "")
    if says:
        assert compare(pair) == {} and "Contradictions" in compare(pair, for_staff=True)


@pytest.mark.django_db
@pytest.mark.promise(5)
def test_everybody_sees_each_version_and_what_changed_since_the_one_before(
    client: Client, demo_policy: PolicyVersion, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    text = dated("2024-01-01", ("minimum_age: 13", "minimum_age: 16"), ("label: Attendees,", "label: Guests,"))
    newer = load_policy(text=text, actor=OPERATOR, now=clock.now()).version
    publish_policy(version=newer, actor=OPERATOR, now=clock.now())
    client.get("/policy/")
    with django_assert_num_queries(4):
        page = client.get("/policy/").content.decode()
    assert 'id="changes"' in page and "<del>13</del>" in page and "<ins>Guests</ins>" in page
    first = client.get("/policy/2018-05-15/")
    assert first.status_code == 200 and 'id="changes"' not in first.content.decode()
    assert all(purpose.summary for purpose in newer.purpose_rows.all())
