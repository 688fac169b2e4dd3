"""Where the tour goes in the console, and what it asks or does at the command line."""

PLACES = (
    ("holds", "retention/legalhold/"),
    ("hold-place", "retention/legalhold/place/"),
    ("disposal-runs", "retention/disposalrun/"),
    ("rules", "retention/disposalrun/rules/"),
    ("collections", "intake/collection/"),
    ("people-to-tell", "intake/telltask/"),
    ("testimonials", "intake/testimonial/"),
    ("testimonial-enter", "intake/testimonial/enter/"),
    ("customers", "intake/customerentry/"),
    ("promotions", "intake/promotion/"),
    ("promotion-open", "intake/promotion/open/"),
    ("desk-questions", "desks/deskquestion/"),
    ("desk-mine", "desks/deskquestion/mine/"),
    ("recipients", "registers/recipientfile/"),
    ("recipient-new", "registers/recipientfile/new/"),
    ("safeguards", "safeguards/safeguarddocument/"),
    ("places", "safeguards/safeguarddocument/places/"),
    ("disclosures", "registers/disclosure/"),
    ("refused-disclosures", "registers/refuseddisclosure/"),
    ("decisions", "consent/consentevent/"),
    ("decision-reports", "consent/consentevent/reports/"),
    ("decisions-find", "consent/consentevent/person/"),
    ("decisions-export", "consent/consentevent/export/"),
    ("api-keys", "accounts/apikey/"),
    ("api-key-make", "accounts/apikey/add/"),
    ("webhooks", "webhooks/webhookendpoint/"),
    ("webhook-add", "webhooks/webhookendpoint/add/"),
    ("webhook-board", "webhooks/webhookendpoint/unconfirmed/"),
    ("webhook-messages", "webhooks/webhookdelivery/"),
    ("imports", "imports/consentimport/"),
    ("import-upload", "imports/consentimport/upload/"),
    ("import-mappings", "imports/consentimport/mappings/?name=hubspot"),
    ("merges", "personal_data/subjectalias/"),
    ("policy-versions", "policy/policyversion/"),
    ("promises", "policy/policyversion/promises/"),
    ("jobs", "jobs/job/"),
    ("outbox", "jobs/outboxmessage/"),
    ("audit", "audit/auditevent/"),
    ("seals", "audit/seal/"),
)
RECEIPT_OF_DANA = """
from accounts.models import User
from consent.models import ConsentEvent
user = User.objects.get(email="dana.demo@example.com")
print(f"/preferences/receipts/{ConsentEvent.objects.filter(subject_id=user.subject_id).latest('at').pk}/")
"""
OBJECTION_OF_DANA = """
from accounts.models import User
from consent.services import How, set_preference
from consent.vocabulary import Door
from privacy.kernel import clock
from privacy.kernel.actors import Actor
pk = User.objects.get(email="dana.demo@example.com").subject_id
how = How(Door.SIGNED_IN)
actor = Actor.subject(pk)
set_preference(subject_id=pk, purpose_code="security_logs", allow=False, how=how, actor=actor, now=clock.now())
print(pk)
"""
