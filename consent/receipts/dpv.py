"""The terms of W3C DPV 2.3 for what Kept says in its own words."""

from consent.vocabulary import Door, Status
from privacy.policy.vocabulary import Basis, Group, MessageClass, Right

CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "loc": "https://w3id.org/dpv/loc#",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
SCHEMA = "https://w3id.org/dpv/schema/dpv-27560"
PROFILES = {  # (a receipt?, under the GDPR?)
    (True, True): f"{SCHEMA}#receipt-eu-gdpr",
    (True, False): f"{SCHEMA}#receipt-record",
    (False, True): f"{SCHEMA}#record-eu-gdpr",
    (False, False): f"{SCHEMA}#record",
}
CONSENT_STATUS = {
    Status.GIVEN: "dpv:ConsentGiven",
    Status.REFUSED: "dpv:ConsentRefused",
    Status.WITHDRAWN: "dpv:ConsentWithdrawn",
    Status.REQUESTED: "dpv:ConsentRequested",
    Status.EXPIRED: "dpv:ConsentExpired",
}
RENEWED = "dpv:RenewedConsentGiven"
UNKNOWN = "dpv:ConsentUnknown"
INVOLVEMENT = {  # what a person does about a use that does not rest on consent
    Status.OBJECTED: "dpv:ObjectingToProcess",
    Status.PERMITTED: "dpv:OptingInToProcess",
    Status.REFUSED: "dpv:OptingOutFromProcess",
    Status.WITHDRAWN: "dpv:OptingOutFromProcess",
    Status.GIVEN: "dpv:OptingInToProcess",
    Status.OVERRULED: "dpv:CannotObjectToProcess",
    Status.PAUSED: "dpv:OptingOutFromProcess",
    Status.SLOWED: "dpv:OptingOutFromProcess",
    Status.RESUMED: "dpv:OptingInToProcess",
}
NOT_INVOLVED = "dpv:NotInvolved"  # the person did nothing: proofs of a soft opt-in were recorded, a time ran out
EASING = frozenset(
    {Status.PAUSED, Status.SLOWED, Status.RESUMED}
)  # how often, not whether: the consent stands as before
CONTROL = {
    Status.GIVEN: "dpv:ProvideConsent",
    Status.REFUSED: "dpv:RefuseConsent",
    Status.WITHDRAWN: "dpv:WithdrawConsent",
    Status.REQUESTED: "dpv:ObtainConsent",
}
BASES = {
    Basis.CONSENT: ("dpv:Consent", "eu-gdpr:A6-1-a"),
    Basis.SOFT_OPT_IN: ("dpv:LegitimateInterest", "eu-gdpr:A6-1-f"),
    Basis.LEGITIMATE_INTEREST: ("dpv:LegitimateInterest", "eu-gdpr:A6-1-f"),
    Basis.CONTRACT: ("dpv:Contract", "eu-gdpr:A6-1-b"),
    Basis.LEGAL_OBLIGATION: ("dpv:LegalObligation", "eu-gdpr:A6-1-c"),
}
RIGHTS = {
    Right.ACCESS: "eu-gdpr:A15",
    Right.RECTIFICATION: "eu-gdpr:A16",
    Right.ERASURE: "eu-gdpr:A17",
    Right.RESTRICTION: "eu-gdpr:A18",
    Right.PORTABILITY: "eu-gdpr:A20",
    Right.OBJECTION: "eu-gdpr:A21",
    Right.MARKETING_OBJECTION: "eu-gdpr:A21",
    Right.CONSENT_WITHDRAWAL: "eu-gdpr:A7-3",
}
PURPOSES = {
    Group.MEASUREMENT: "dpv:ServiceUsageAnalytics",
    Group.PUBLICATION: "dpv:PublicRelations",
    Group.SHARING: "dpv:Marketing",
    Group.SERVICE: "dpv:RequestedServiceProvision",
}
EXPLICIT_DOORS = frozenset({Door.SIGNED_IN, Door.LINK, Door.BANNER, Door.FORM, Door.APP})


def purpose_type(group: str, message_class: str) -> str:
    """The kind of purpose by its place on the preferences page and what it sends."""
    if group == Group.MESSAGES:
        is_promotion = message_class == MessageClass.PROMOTIONAL
        return "dpv:DirectMarketing" if is_promotion else "dpv:CommunicationForCustomerCare"
    return PURPOSES.get(Group(group), "dpv:Purpose")


def consent_type(door: str) -> str:
    """Expressed by an act of the person; a signal or an import only tells of one."""
    return "dpv:ExpressedConsent" if door in EXPLICIT_DOORS else "dpv:Consent"
