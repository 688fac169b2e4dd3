"""A bad policy file is refused with the line, the field and the mend of everything in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.policy.loading import BadPolicyFile, parse_policy
from privacy.policy.reading import Problem
from privacy.policy.tests.files import DEMO, edited, line_of


def problems_in(text: str) -> list[Problem]:
    with pytest.raises(BadPolicyFile) as caught:
        parse_policy(text)
    return caught.value.problems


def the_problem(text: str) -> Problem:
    (problem,) = problems_in(text)
    assert problem.mend
    return problem


def test_an_unknown_purpose_is_named_with_its_line() -> None:
    text = edited(("{purpose: newsletter, language: en,", "{purpose: newslettr, language: en,"))
    unknown, unnoticed = sorted(problems_in(text), key=lambda each: "newslettr" not in each.message)
    assert unknown.line == line_of(text, "purpose: newslettr")
    assert unknown.field == "notices.newslettr.purpose"
    assert "There is no purpose “newslettr”." in str(unknown)
    assert unnoticed.field == "purposes.newsletter"


@pytest.mark.promise(49)
def test_a_purpose_without_a_basis_is_refused() -> None:
    text = edited(("    group: measurement\n    basis: consent\n", "    group: measurement\n"))
    problem = the_problem(text)
    assert problem.field == "purposes.click_tracking.basis"
    assert problem.line == line_of(text, "code: click_tracking")
    assert problem.message == "This is missing."


@pytest.mark.promise(49)
def test_a_legitimate_interest_needs_its_balancing_document() -> None:
    problem = the_problem(edited(("    assessment: usage_balance\n", "")))
    assert problem.field == "purposes.usage_analytics.assessment"
    assert "balancing document" in problem.message


@pytest.mark.promise(51)
def test_a_legitimate_interest_must_say_what_an_objection_leads_to() -> None:
    line = "    consequence: Your use is then counted in totals only. Nothing else changes for you.\n"
    assert the_problem(edited((line, ""))).field == "purposes.usage_analytics.consequence"


@pytest.mark.parametrize("day", ["2018-02-30", "15.05.2018", "20180515", "soon", "2018-5-15"])
def test_a_bad_date_is_refused(day: str) -> None:
    problem = the_problem(edited(("effective_on: 2018-05-15", f"effective_on: {day}")))
    assert (problem.line, problem.field) == (line_of(DEMO, "effective_on: 2018"), "policy.effective_on")
    assert "not a date" in problem.message


def test_a_code_that_stands_twice_is_refused_with_both_lines() -> None:
    text = edited(("  - code: open_tracking\n", "  - code: click_tracking\n"))
    problem = problems_in(text)[0]
    assert problem.field == "purposes.click_tracking"
    assert f"already on line {line_of(text, 'code: click_tracking')}" in problem.message
    assert problem.line > line_of(text, "code: click_tracking")


@pytest.mark.parametrize(
    ("old", "new", "field", "says"),
    [
        (
            "categories: [identification, browsing, preferences]",
            "categories: [cookies]",
            "purposes.click_tracking.categories",
            "There is no category “cookies”",
        ),
        (
            "recipients: [publishers]",
            "recipients: [nobody]",
            "purposes.marketplace.recipients",
            "There is no recipient “nobody”",
        ),
        ("denied_by: [gpc]", "denied_by: [xyz]", "purposes.partner_offers.denied_by", "There is no signal “xyz”"),
        ("basis: consent", "basis: implied", "purposes.newsletter.basis", "“implied” is unknown"),
        ("minimum_age: 13", "minimum_age: young", "policy.minimum_age", "“young” is not allowed here"),
        ("response_days: 30", "response_days: 0", "policy.response_days", "“0” is not allowed here"),
        ("material: true", "material: perhaps", "policy.material", "neither true nor false"),
        ("  controller: Vtiger\n", "", "policy.controller", "This is missing"),
        ("  controller: Vtiger\n", "  controller:\n", "policy.controller", "This is missing"),
        ("  controller: Vtiger\n", "  controller: V\n  owner: me\n", "policy.owner", "There is no such field"),
        (
            "mechanism: standard_clauses",
            "mechanism: use",
            "transfers.hosting_us.mechanism",
            "never what makes a",
        ),
        ("mechanism: standard_clauses, ", "", "transfers.hosting_us.mechanism", "This is missing"),
        (
            "{promises: [5, 6],",
            "{promises: [5, 103],",
            "statements.scope.sentences[4].promises[2]",
            "“103” is not allowed",
        ),
        ("within {response_days} days", "within {days} days", "statements.rights", "There is no figure {days}"),
        (
            "days: 365, counts_from: logged_in_at",
            "days: -1, counts_from: logged_in_at",
            "retention.login_history.days",
            "“-1” is not allowed",
        ),
        (
            "code: login_history, label: Login history",
            "code: Login History, label: Login history",
            "retention.Login History.code",
            "is not a code",
        ),
        (
            "  minimum_age: 13\n",
            "  minimum_age: 13\n  minimum_age: 14\n",
            "policy.minimum_age",
            "This field stands here twice",
        ),
        ("channels: [push]", "channels: push", "purposes.push_messages.channels", "This must be a list"),
        ("title: Privacy policy", "title: [Privacy policy]", "policy.title", "This must be a single value"),
    ],
)
def test_each_mistake_names_its_field_and_says_what_is_wrong(old: str, new: str, field: str, says: str) -> None:
    problem = the_problem(edited((old, new)))
    assert problem.field == field
    assert says in problem.message
    assert problem.line > 1


@pytest.mark.promise(29)
def test_billing_data_can_be_listed_for_payment_only() -> None:
    problem = the_problem(edited(("categories: [identification, events]", "categories: [identification, billing]")))
    assert problem.field == "purposes.event_attendance.categories"
    assert "serves payment, legal_obligation and nothing else" in problem.message


@pytest.mark.promise(22)
def test_a_promotion_cannot_pass_as_necessary() -> None:
    problem = the_problem(edited(("message_class: transactional", "message_class: promotional")))
    assert problem.field == "purposes.transactional.message_class"


def test_every_problem_is_listed_at_once_in_the_order_of_lines() -> None:
    text = edited(
        ("effective_on: 2018-05-15", "effective_on: never"),
        ("group: sharing", "group: others"),
        ("days: 400", "days: x"),
    )
    problems = problems_in(text)
    assert len(problems) == 3
    assert problems == sorted(problems, key=lambda each: each.line)
    with pytest.raises(BadPolicyFile, match=r"has 3 problems.\nline \d+, policy.effective_on: "):
        parse_policy(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "just a text",
        "- a\n- list\n",
        "a: [1, 2",
        "a: b: c",
        "\t- x",
        "a: &x 1\nb: *x\n",
        "x: !!python/object:os.system {}",
        "{" * 500,
        "[" * 100 + "]" * 100,
    ],
)
def test_what_is_no_policy_at_all_is_refused_with_a_line(text: str) -> None:
    assert all(problem.line >= 1 and problem.mend for problem in problems_in(text))


def test_anchors_are_refused_so_that_a_small_file_stays_small() -> None:
    assert "Anchors and aliases" in the_problem("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n").message


def test_a_huge_file_is_refused_before_it_is_read() -> None:
    assert "too large" in the_problem("#" * 1_000_001).message


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(DEMO) - 1), st.integers(1, 60), st.text(alphabet=" :-[]{}#'\"\n&*!|>%@`ab0", max_size=8))
def test_any_damage_ends_in_a_policy_or_in_a_list_of_problems(start: int, length: int, junk: str) -> None:
    problems = None
    try:
        parse_policy(DEMO[:start] + junk + DEMO[start + length :])
    except BadPolicyFile as error:
        problems = error.problems
    assert problems is None or problems
