"""What crosses a border has its mechanism, and nobody's use of a service is one."""

import pytest

from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.policy.board import controls_of
from privacy.policy.crossing import is_at_home, recipients_without_transfer
from privacy.policy.entry_forms import EntryForm
from privacy.policy.lint import lint, refusals
from privacy.policy.loading import BadPolicyFile, parse_policy
from privacy.policy.models import PolicyVersion
from privacy.policy.publishing import DarkPattern
from privacy.policy.services import load_policy, publish_policy
from privacy.policy.tests.files import DEMO, dated, edited, line_of
from privacy.policy.writing import as_plain

STRIPE = next(line for line in DEMO.splitlines(keepends=True) if "code: payment_us" in line)


@pytest.mark.parametrize(
    ("place", "origins", "home"),
    [
        ("Germany", ["European Economic Area"], True),
        ("de", ["EU"], True),
        ("Norway", ["eea"], True),
        ("Switzerland", ["European Economic Area"], False),
        ("India", ["European Economic Area", "IN"], True),
        ("United States", ["European Economic Area"], False),
        ("Several", ["European Economic Area"], False),
        ("several", ["Several"], True),
        ("", ["India"], False),
    ],
)
def test_where_home_is(place: str, origins: list[str], home: bool) -> None:
    assert is_at_home(place, origins) is home


@pytest.mark.promise(61)
def test_a_recipient_abroad_without_a_transfer_is_flagged_and_cannot_be_published(db: None) -> None:
    text = dated("2019-01-01", (STRIPE, ""))
    found = [each for each in refusals(lint(parse_policy(text))) if each.rule == "no_mechanism"]
    assert [(each.where, each.quote) for each in found] == [("recipients.stripe.country", "United States")]
    assert found[0].line == line_of(text, "code: stripe, label")
    with pytest.raises(DarkPattern, match=r"recipients\.stripe\.country"):
        load_and_publish(text)
    assert load_and_publish(dated("2019-01-02")).is_published


def load_and_publish(text: str) -> PolicyVersion:
    version = load_policy(text=text, actor=OPERATOR, now=clock.now()).version
    return version if version.is_published else publish_policy(version=version, actor=OPERATOR, now=clock.now())


def test_an_authority_needs_none_and_a_policy_without_transfers_must_stay_in_one_place() -> None:
    document = parse_policy(edited())
    assert not recipients_without_transfer(document)
    start, end = DEMO.index("\ntransfers:"), DEMO.index("\nretention:")
    bare = parse_policy(DEMO[:start] + DEMO[end:])
    assert {each.country for each in recipients_without_transfer(bare)} == {"India", "Several"}


@pytest.mark.promise(62)
@pytest.mark.parametrize("word", ["use", "acceptance", "consent_by_use"])
def test_use_is_no_mechanism_of_a_transfer(word: str) -> None:
    with pytest.raises(BadPolicyFile) as refused:
        parse_policy(edited(("mechanism: standard_clauses", f"mechanism: {word}")))
    (problem,) = refused.value.problems
    assert problem.field == "transfers.hosting_us.mechanism" and "standard_clauses" in problem.mend
    form = EntryForm("transfers", as_plain(parse_policy(DEMO)), is_new=True)
    assert f'value="{word}"' not in str(form["mechanism"]) and "standard_clauses" in str(form["mechanism"])


def test_the_board_says_how_many_rest_on_what(db: None) -> None:
    load_policy(text=DEMO, actor=OPERATOR, now=clock.now())
    transfers, by_use = controls_of(61)[0].answer(), controls_of(62)[0].answer()
    assert transfers.state == by_use.state == "green" and "10 on standard clauses" in by_use.evidence
