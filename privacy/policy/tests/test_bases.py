"""What each basis demands of a purpose: payment data, soft opt-in, and that a basis is kept."""

import pytest

from privacy.kernel import clock
from privacy.kernel.actors import OPERATOR
from privacy.kernel.errors import DomainError
from privacy.policy.loading import BadPolicyFile, parse_policy
from privacy.policy.materiality import basis_refusal
from privacy.policy.models import PolicyVersion
from privacy.policy.services import load_policy, publish_policy
from privacy.policy.tests.files import DEMO, dated, edited

PRODUCT_NEWS = """    basis: consent
    audiences: [visitors, customers, attendees]
    categories: [identification, business, region, preferences]
    recipients: [hosting]
    channels: [email, phone, sms, messaging]
"""
SOFT = PRODUCT_NEWS.replace("basis: consent", "basis: soft_opt_in").replace("phone, ", "")
PROOFS = """    similar_to: The editions and add-ons of our own CRM.
    opt_out_offer: You can decline here and in each mail.
"""


def fields_of(text: str) -> list[str]:
    with pytest.raises(BadPolicyFile) as caught:
        parse_policy(text)
    return [problem.field for problem in caught.value.problems]


@pytest.mark.promise(29)
def test_payment_data_is_never_used_to_promote_even_where_nothing_binds_it() -> None:
    loose = ("    only_for: [payment, legal_obligation]\n", "")
    marketing = ("categories: [identification, preferences]", "categories: [identification, billing, preferences]")
    assert fields_of(edited(loose, marketing)) == ["purposes.newsletter.categories"]
    bound = edited(
        ("only_for: [payment, legal_obligation]", "only_for: [payment, legal_obligation, newsletter]"), marketing
    )
    assert fields_of(bound) == ["purposes.newsletter.categories"]


def test_soft_opt_in_needs_its_texts_an_electronic_channel_and_a_promotion() -> None:
    assert fields_of(edited((PRODUCT_NEWS, SOFT))) == [
        "purposes.product_news.opt_out_offer",
        "purposes.product_news.similar_to",
    ]
    whole = edited((PRODUCT_NEWS, PROOFS + SOFT))
    purpose = next(each for each in parse_policy(whole).purposes if each.code == "product_news")
    assert purpose.switch == "opt_out" and purpose.similar_to.startswith("The editions")
    by_phone = whole.replace("channels: [email, sms, messaging]", "channels: [email, phone]")
    assert fields_of(by_phone) == ["purposes.product_news.channels"]
    assert "purposes.product_news.similar_to" in fields_of(edited((PRODUCT_NEWS, PROOFS + PRODUCT_NEWS)))


BASIS = """    group: measurement
    basis: legitimate_interest
    assessment: usage_balance
    consequence: Your use is then counted in totals only. Nothing else changes for you.
"""
ASKED = "    group: measurement\n    basis: consent\n"


@pytest.mark.promise(49)
def test_a_purpose_keeps_its_basis(demo_policy: PolicyVersion) -> None:
    """G-12: another basis is another use, with a code of its own."""
    text = dated("2027-01-01", (PRODUCT_NEWS, PROOFS + SOFT))
    version = load_policy(text=text, actor=OPERATOR, now=clock.now()).version
    with pytest.raises(DomainError) as caught:
        publish_policy(version=version, actor=OPERATOR, now=clock.now())
    assert caught.value.code == "basis_changed" and caught.value.field == "purposes.product_news.basis"
    assert "Give the use a code of its own" in caught.value.message
    version.refresh_from_db()
    assert not version.is_published


def test_a_purpose_may_come_to_need_consent_with_a_material_version_only() -> None:
    before = parse_policy(DEMO)
    quiet = parse_policy(edited(("  material: true", "  material: false"), (BASIS, ASKED)))
    assert "such a change is material" in basis_refusal("usage_analytics", before, quiet)
    assert basis_refusal("usage_analytics", before, parse_policy(edited((BASIS, ASKED)))) == ""
    assert basis_refusal("newsletter", before, quiet) == ""
