"""The published field lists of ISO/IEC TS 27560 (with what the GDPR adds) and of Kantara 1.1, as checks.

Written from the lists, not from our serializer: each field says where it stands in JSON-LD and what it must be.
"""

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

Check = Callable[[Any], bool]
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
DURATION = re.compile(r"P(\d+[YMWD])+")
BASES = {f"eu-gdpr:A6-1-{letter}" for letter in "abcdef"}
STATUSES = {
    f"dpv:Consent{word}"
    for word in ("Requested", "RequestDeferred", "Given", "Refused", "Withdrawn", "Revoked", "Expired", "Unknown")
} | {"dpv:RenewedConsentGiven", "dpv:ConsentInvalidated"}
CONSENT_TYPES = {"dpv:Consent", "dpv:ImpliedConsent", "dpv:ExpressedConsent", "dpv:ExplicitlyExpressedConsent"}
OTHER_TYPES = {"dpv:LegitimateInterest", "dpv:Contract", "dpv:LegalObligation"}
INVOLVEMENTS = {
    f"dpv:{word}"
    for word in (
        "ObjectingToProcess",
        "OptingInToProcess",
        "OptingOutFromProcess",
        "CannotObjectToProcess",
        "NotInvolved",
    )
}
PROFILES = {
    f"https://w3id.org/dpv/schema/dpv-27560#{name}"
    for name in ("record", "record-eu-gdpr", "receipt-record", "receipt-eu-gdpr")
}


def text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def listed(value: Any) -> bool:
    return isinstance(value, list)


def filled(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


def an_id(value: Any) -> bool:
    try:
        return text(value) and bool(uuid.UUID(value))
    except ValueError:
        return False


def validity(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(DURATION.fullmatch(value["@value"]) or MOMENT.fullmatch(value["@value"]))
    return value in {"until withdrawn", "until the person decides again"}


# M mandatory, G mandatory under the GDPR. A path through the document; "*" is every member of a list.
FIELDS: list[tuple[str, str, str, Check]] = [
    ("schema version", "M", "dct:conformsTo/@id", lambda value: value in PROFILES),
    ("record or receipt id", "M", "dct:identifier", an_id),
    ("PII principal id", "M", "dpv:hasDataSubject/dct:identifier", an_id),
    ("privacy notice", "M", "dpv:hasProcess/dpv:hasNotice/@id", text),
    ("privacy notice text", "M", "dpv:hasProcess/dpv:hasNotice/dct:description", text),
    ("language", "M", "dpv:hasProcess/dct:language", text),
    ("purpose", "M", "dpv:hasProcess/dpv:hasPurpose/dct:identifier", text),
    ("purpose type", "O", "dpv:hasProcess/dpv:hasPurpose/@type", filled),
    (
        "lawful basis",
        "G",
        "dpv:hasProcess/dpv:hasLegalBasis",
        lambda value: any(one["@id"] in BASES for one in value),
    ),
    ("PII information", "M", "dpv:hasProcess/dpv:hasPersonalData", filled),
    ("PII controllers", "M", "dpv:hasProcess/dpv:hasDataController", filled),
    ("collection method", "G", "dpv:hasProcess/dpv:hasDataSource", filled),
    ("processing method", "G", "dpv:hasProcess/dpv:hasProcessing", filled),
    (
        "storage locations",
        "M",
        "dpv:hasProcess/dpv:hasStorageCondition",
        lambda value: any(one["@type"] == "dpv:StorageLocation" for one in value),
    ),
    (
        "retention period",
        "M",
        "dpv:hasProcess/dpv:hasStorageCondition",
        lambda value: any(one["@type"] == "dpv:StorageDuration" for one in value),
    ),
    ("processing location", "G", "dpv:hasProcess/dpv:hasLocation", filled),
    ("geographic restrictions", "G", "dpv:hasProcess/dpv:hasRule", listed),
    ("service", "O", "dpv:hasProcess/dpv:hasService/dct:title", text),
    ("jurisdiction", "M", "dpv:hasProcess/dpv:hasJurisdiction/dct:title", text),
    ("recipient third parties", "M", "dpv:hasProcess/dpv:hasRecipient", listed),
    ("withdrawal method", "M", "dpv:hasProcess/dpv:hasConsentControl/dct:source/@id", text),
    ("privacy rights", "G", "dpv:hasProcess/dpv:hasRight", filled),
    ("authority party", "G", "dpv:hasProcess/dpv:hasAuthority/dpv:hasName", text),
    ("PII type", "M", "dpv:hasProcess/dpv:hasPersonalData/*/dct:identifier", text),
    ("PII optional", "G", "dpv:hasProcess/dpv:hasPersonalData/*/dpv:hasNecessity/@id", text),
    ("event time", "M", "dct:provenance/*/dct:date", lambda value: bool(MOMENT.fullmatch(value))),
    ("validity duration", "M", "dct:provenance/*/dct:valid", validity),
    ("entity id", "M", "dct:provenance/*/dpv:isImplementedByEntity/@id", text),
    (
        "event type",
        "M",
        "dct:provenance/*/dpv:hasLegalBasis/@id",
        lambda value: value in CONSENT_TYPES | OTHER_TYPES,
    ),
]
PARTY = ["dct:identifier", "dpv:hasAddress", "dpv:hasName", "dpv:hasContact", "@type", "dpv:hasRole/@id"]
PARTIES = ["dpv:hasDataController/*", "dpv:hasRecipient/*", "dpv:hasAuthority"]


def missing_27560(document: dict[str, Any]) -> list[str]:
    """The names of the fields that are missing or wrong."""
    problems = [name for name, _, path, check in FIELDS if not all(map(check, _at(document, path)))]
    for place in PARTIES:
        for party in PARTY:
            values = list(_at(document, f"dpv:hasProcess/{place}/{party}"))
            problems += [f"{place}: {party}" for value in values if not text(value)]
    for event in document["dct:provenance"]:
        state = event.get("dpv:hasConsentStatus", {}).get("@id")
        involvement = event.get("dpv:hasEntityInvolvement", {}).get("@id")
        if state not in STATUSES and involvement not in INVOLVEMENTS:
            problems.append("event state")
    prefixes = set(document["@context"])
    problems += [f"prefix of {term}" for term in _terms(document) if term.partition(":")[0] not in prefixes]
    return problems


def _at(node: Any, path: str) -> Iterator[Any]:
    head, _, rest = path.partition("/")
    if head == "*":
        found = list(node) if isinstance(node, list) else []
    else:
        found = [node.get(head)] if isinstance(node, dict) else [None]
    for one in found:
        if rest:
            yield from _at(one, rest)
        else:
            yield one


def _terms(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _terms(one)
    if isinstance(node, dict):
        for key, value in node.items():
            if key != "@context":
                if not key.startswith("@"):
                    yield key
                yield from _terms(value)


def _optional(check: Check) -> Check:
    return lambda value: value is None or check(value)


def yes_or_no(value: Any) -> bool:
    return isinstance(value, bool)


KANTARA: list[tuple[str, Check]] = [
    ("version", lambda value: value == "KI-CR-v1.1.0"),
    ("jurisdiction", text),
    ("consentTimestamp", lambda value: type(value) is int and value > 0),
    ("collectionMethod", text),
    ("consentReceiptID", an_id),
    ("publicKey", _optional(text)),
    ("language", _optional(text)),
    ("piiPrincipalId", text),
    ("piiControllers", filled),
    ("piiControllers/*/piiController", text),
    ("piiControllers/*/onBehalf", _optional(yes_or_no)),
    ("piiControllers/*/contact", text),
    ("piiControllers/*/address", lambda value: isinstance(value, dict) and all(map(text, value.values()))),
    ("piiControllers/*/email", text),
    ("piiControllers/*/phone", text),
    ("piiControllers/*/piiControllerUrl", _optional(text)),
    ("policyUrl", text),
    ("services", filled),
    ("services/*/service", text),
    ("services/*/purposes", filled),
    ("services/*/purposes/*/purpose", _optional(text)),
    ("services/*/purposes/*/purposeCategory", filled),
    ("services/*/purposes/*/consentType", lambda value: value in {"EXPLICIT", "IMPLICIT"}),
    ("services/*/purposes/*/piiCategory", filled),
    ("services/*/purposes/*/primaryPurpose", _optional(yes_or_no)),
    ("services/*/purposes/*/termination", text),
    ("services/*/purposes/*/thirdPartyDisclosure", yes_or_no),
    ("sensitive", yes_or_no),
]


def missing_kantara(document: dict[str, Any]) -> list[str]:
    """The names of the fields that are missing or wrong."""
    problems = [path for path, check in KANTARA if not all(map(check, _at(document, path)))]
    disclosing = [one for one in _at(document, "services/*/purposes/*") if one["thirdPartyDisclosure"]]
    problems += ["thirdPartyName" for one in disclosing if not text(one.get("thirdPartyName"))]
    if document["sensitive"] and not filled(document.get("spiCat")):
        problems.append("spiCat")
    return problems
