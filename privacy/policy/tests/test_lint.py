"""The lint refuses what tricks people, in every language that it reads, and says how to mend it."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.policy.lint import RULES, Severity, lint, refusals
from privacy.policy.lint.words import find, languages, lists_of
from privacy.policy.loading import parse_policy
from privacy.policy.models import PolicyVersion
from privacy.policy.publishing import DarkPattern
from privacy.policy.services import Outcome, load_policy, publish_policy
from privacy.policy.tests.files import DEMO, dated, edited

ASK = "You can withdraw at any time, here or by the link in each mail. May we send you our newsletter by email?"
NEWS = "A regular mail about our products and how others use them."
HOSTING = "Run the machines that our services stand on and deliver our messages."
INTEREST = "    basis: legitimate_interest\n    assessment: usage_balance\n    consequence: It ends.\n"
DATA = "categories: [identification, preferences]\n    recipients: [hosting]"
ANALYTICS = "    basis: consent\n    valid_days: 390\n    denied_by: [gpc]\n    audiences: [visitors, customers]\n"
GERMAN = "{purpose: newsletter, language: de,"
LATE = "May we send you our newsletter? You can withdraw at any time."
GPC = "Global Privacy Control, treatment: honored"
WATCHED = INTEREST + "    audiences: [customers]\n"
CONFIRMED = "    basis: consent\n    double_opt_in: true\n"
BUTTONS = """
surfaces:
  - code: banner
    label: Banner
    layers: {layers}
    preset: {preset}
    buttons:
      - {{act: accept_all, language: en, label: Accept all{yes}}}
      - {{act: {no_act}, language: en, label: {no}}}
"""


def surface(
    *, layers: int = 2, preset: str = "false", yes: str = "", no_act: str = "decline_all", no: str = "Reject all"
) -> str:
    return DEMO + BUTTONS.format(layers=layers, preset=preset, yes=yes, no_act=no_act, no=no)


def two_surfaces(no: str, other: str) -> str:
    second = surface(no=other).removeprefix(DEMO).replace("\nsurfaces:\n", "").replace("code: banner", "code: form")
    return surface(no=no) + second


def refused(text: str) -> set[tuple[str, str]]:
    return {(each.rule, each.where) for each in refusals(lint(parse_policy(text)))}


def test_the_demo_policy_passes_and_its_contradictions_are_warned_of() -> None:
    found = lint(parse_policy(DEMO))
    assert refusals(found) == []
    warned = {each.where for each in found if each.rule == "contradiction"}
    assert warned == {f"contradictions.c{number}" for number in range(1, 12)}
    assert all(each.mend.startswith("We follow:") for each in found if each.rule == "contradiction")


@pytest.mark.promise(36)
@pytest.mark.parametrize(
    ("rule", "where", "old", "new"),
    [
        ("confirm_shaming", "purposes.newsletter.summary", NEWS, "Or do you want to miss out on our products?"),
        ("urgency", "notices.newsletter.en", "May we send you our newsletter", "Hurry: may we send you our newsletter"),
        ("double_negative", "purposes.newsletter.summary", NEWS, "Do not choose to opt out of our products."),
        ("withdrawal_missing", "notices.newsletter.en", ASK, "May we send you our newsletter by email?"),
        ("withdrawal_after_ask", "notices.newsletter.en", ASK, LATE),
        ("essential_mislabeled", "purposes.newsletter.label", "label: Newsletter", "label: Essential news"),
        ("essential_mislabeled", "purposes.payment.summary", "We pass payments to", "By cookies we pass payments to"),
        ("bundled", "notices.newsletter.en", "May we send", "May we count with a pixel and send"),
        ("bundled", "purposes.newsletter.recipients", DATA, DATA.replace("hosting", "hosting, marketing_partners")),
        ("bundled", "purposes.newsletter.categories", DATA, DATA.replace("preferences", "preferences, browsing")),
        ("bundled_with_terms", "purposes.newsletter.summary", NEWS, "By using our site you agree to a regular mail."),
        ("same_label", "purposes.events.label", "label: Event invitations", "label: newsletter"),
        ("language_missing", "notices.newsletter.de", GERMAN, GERMAN.replace(": de", ": ta")),
        ("interest_for_tracking", "purposes.third_party_analytics.basis", ANALYTICS, WATCHED),
        ("interest_for_marketing", "purposes.newsletter.basis", CONFIRMED, INTEREST),
        ("vague_recipients", "recipients.hosting", HOSTING, "Trusted partners and others."),
    ],
)  # fmt: skip
def test_a_trick_is_refused_where_it_stands(rule: str, where: str, old: str, new: str) -> None:
    assert (rule, where) in refused(edited((old, new)))


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("too_many_layers", surface(layers=3)),
        ("preset_on", surface(preset="true")),
        ("unequal_buttons", surface(yes=", weight: strong")),
        ("unequal_buttons", surface(no="Reject all, layer: 2")),
        ("link_for_button", surface(no="Reject all, look: link")),
        ("no_decline", surface(no_act="choose", no="Settings")),
        ("later_without_decline", surface(no_act="later", no="Ask me later")),
        ("later_without_decline", surface(no="Not now")),
        ("confirm_shaming", surface(no='"No thanks, I hate savings"')),
        ("labels_differ", two_surfaces("Reject all", "Refuse")),
    ],
)  # fmt: skip
def test_a_surface_gives_yes_and_no_the_same_room(rule: str, text: str) -> None:
    assert rule in {name for name, _where in refused(text)}


def test_an_equal_surface_passes() -> None:
    assert refused(surface()) == set()


@pytest.mark.parametrize(
    ("language", "shaming", "urgent", "later"),
    [
        ("de", "Nein danke, ich verpasse gern etwas", "Nur heute!", "Später fragen"),
        ("fr", "Non merci, je préfère rater", "N’attendez pas", "Plus tard"),
        ("es", "No me importa ahorrar", "Última oportunidad", "Ahora no"),
        ("pt", "Não obrigado, eu pago mais", "Última chance", "Agora não"),
        ("hi", "मुझे परवाह नहीं है", "केवल आज", "बाद में"),
    ],
)
def test_words_are_known_in_every_language(language: str, shaming: str, urgent: str, later: str) -> None:
    assert find("confirm_shaming", shaming, language) and find("urgency", urgent, language)
    assert find("later", later, language) and find("later", later, f"{language}-XX")
    assert lists_of(language).keys() == lists_of("en").keys() and language in languages()
    assert not find("urgency", "Ganz ruhig und ohne Eile", language) and lists_of("../de") == {}


def test_a_language_that_is_not_read_is_named() -> None:
    found = lint(parse_policy(edited(("language: hi, text", "language: ta, text"))))
    assert {each.language for each in found if each.rule == "language_not_read"} == {"ta"}


def test_a_signal_that_a_region_demands_and_an_exception_from_off_are_warned_of() -> None:
    rule = "from_on: 2023-01-01, ask_again_months: 12"
    text = edited((GPC, GPC.replace("honored", "ignored")), (rule, f"{rule}, on_by_default: [events]"))
    found = {(each.rule, each.quote): each.severity for each in lint(parse_policy(text))}
    assert found["signal_not_honored", "gpc"] == found["on_by_default", "events"] == Severity.WARN


def test_each_rule_says_why_how_to_mend_it_and_where_it_comes_from() -> None:
    for rule in RULES.values():
        assert rule.explanation and rule.mend and rule.standard and rule.severity in Severity


def test_contradictions_are_seen_where_nobody_noted_them() -> None:
    bare = DEMO[: DEMO.index("\ncontradictions:")] + "\n"
    quiet = {each.where for each in lint(parse_policy(bare)) if each.rule == "contradiction"}
    assert quiet >= {"contradictions.c2", "contradictions.c7", "contradictions.c9", "contradictions.c11"}
    loud = bare.replace("We answer within {response_days} days, wherever you live.", "We answer in a reasonable time.")
    assert "contradictions.c6" in {each.where for each in lint(parse_policy(loud))}


@pytest.mark.promise(36)
@pytest.mark.django_db
def test_what_the_lint_refuses_is_not_published_and_a_first_file_stays_a_draft(transactional_db: None) -> None:
    now, bad = clock.now(), edited(("label: Newsletter", "label: Essential news"))
    first = load_policy(text=bad, actor=OPERATOR, now=now)
    assert (first.outcome, first.version.is_published) == (Outcome.DRAFTED, False)
    with pytest.raises(DarkPattern) as caught:
        publish_policy(version=first.version, actor=OPERATOR, now=now)
    assert [each.rule for each in caught.value.findings] == ["essential_mislabeled"]
    assert not PolicyVersion.objects.filter(state="published").exists()
    assert load_policy(text=dated("2019-01-01"), actor=OPERATOR, now=now).outcome is Outcome.FIRST


@pytest.mark.django_db
def test_the_command_reads_a_file_or_what_is_in_force(demo_policy: PolicyVersion, tmp_path: Path) -> None:
    out = StringIO()
    call_command("lint_policy", stdout=out)
    assert "0 refused," in out.getvalue()
    file = tmp_path / "policy.yaml"
    file.write_text(edited(("label: Newsletter", "label: Essential news")), encoding="utf-8")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("lint_policy", str(file), stdout=out)
    line = out.getvalue().splitlines()[0]
    assert line.startswith("refuse essential_mislabeled: line ") and "purposes.newsletter.label: “essential”" in line
    with pytest.raises(SystemExit):
        call_command("lint_policy", "--strict", stdout=StringIO())


@pytest.mark.parametrize(
    ("language", "shaming", "double"),
    [
        ("en", "Only a fool would say no.", "You do not want us not to write?"),
        ("de", "Nur ein Narr lehnt ab.", "Möchten Sie nicht, dass wir Ihnen nicht schreiben?"),
        ("fr", "Seul un idiot refuse.", "Vous ne voulez pas que nous ne vous écrivions plus ?"),
        ("es", "Solo un tonto dice que no.", "¿No quiere que no le escribamos?"),
        ("pt", "Só um tolo diz que não.", "Não quer que não lhe escrevamos?"),
        ("hi", "केवल मूर्ख ही मना करते हैं।", "क्या आप नहीं चाहते कि हम आपको न लिखें, या नहीं?"),
    ],
)
def test_insults_and_a_no_to_a_no_are_known_in_every_language(language: str, shaming: str, double: str) -> None:
    assert find("confirm_shaming", shaming, language) and find("double_negative", double, language)
    assert not find("confirm_shaming", double, language) and not find("double_negative", shaming, language)
