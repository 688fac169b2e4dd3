"""ISO/IEC TS 27560 in JSON-LD: a record or a receipt with the terms of DPV."""

from typing import Any

from django.conf import settings

from consent.receipts import dpv
from consent.receipts.record import FullRecord, Party
from consent.vocabulary import Status
from privacy.kernel import clock
from privacy.policy.vocabulary import Basis, Right, Switch

Node = dict[str, Any]


def as_receipt(record: FullRecord) -> Node:
    """What the person is handed. Made twice, it is the same twice."""
    return {
        "@context": {**dpv.CONTEXT, "kept": f"{settings.KEPT_BASE_URL}/api/v1/schema/#"},
        "@id": f"urn:uuid:{record.receipt_id}",
        "@type": "dpv:ConsentReceipt",
        **_header(record, str(record.receipt_id), is_receipt=True),
        "dct:references": {
            "@id": f"urn:uuid:{record.event.pk}",
            "@type": "dpv:ConsentRecord",
            "dct:identifier": str(record.event.pk),
        },
        **_body(record),
    }


def as_record(record: FullRecord) -> Node:
    """What the company keeps, for another system or an authority."""
    return {
        "@context": {**dpv.CONTEXT, "kept": f"{settings.KEPT_BASE_URL}/api/v1/schema/#"},
        "@id": f"urn:uuid:{record.event.pk}",
        "@type": "dpv:ConsentRecord",
        **_header(record, str(record.event.pk), is_receipt=False),
        **_body(record),
    }


def jurisdiction_of(record: FullRecord) -> str:
    """Where the person was, if the event says so; else the law that this installation works under."""
    return record.event.region or settings.KEPT_PROFILE.partition("-")[0]


def _header(record: FullRecord, identifier: str, *, is_receipt: bool) -> Node:
    is_eu = settings.KEPT_PROFILE.startswith("EU")
    subject = str(record.event.subject_id)
    return {
        "dct:conformsTo": {"@id": dpv.PROFILES[is_receipt, is_eu]},
        "dct:identifier": identifier,
        "dct:created": _time(record.event.at),
        "dpv:hasDataSubject": {
            "@id": f"urn:uuid:{subject}",
            "@type": "dpv:DataSubject",
            "dct:identifier": subject,
        },
    }


def _body(record: FullRecord) -> Node:
    return {
        "dpv:hasProcess": {
            "@type": "dpv:Process",
            **_what(record),
            **_where(record),
            **_who(record),
            **_person_can(record),
        },
        "dct:provenance": [_event(record)],
    }


def _what(record: FullRecord) -> Node:
    purpose, shown = record.purpose, record.shown
    is_optional = purpose is None or purpose.switch is not Switch.LOCKED
    necessity = {"@id": "dpv:Optional" if is_optional else "dpv:Required"}
    kind = dpv.purpose_type(purpose.group, purpose.message_class) if purpose else "dpv:Purpose"
    node: Node = {
        "dpv:hasNotice": {
            "@id": record.policy_url,
            "@type": "dpv:ConsentNotice" if _is_consent(record) else "dpv:PrivacyNotice",
            "dct:hasVersion": record.version.effective_on.isoformat() if record.version else "none",
            "dct:description": shown.text or "No text was shown with this decision.",
            "dct:language": shown.language or "und",
            "kept:sha256": shown.digest,
            "kept:textVerifies": shown.verifies,
        },
        "dct:language": shown.language or "und",
        "dpv:hasPurpose": {
            "@type": sorted({"dpv:Purpose", kind}),
            "dct:identifier": record.event.purpose,
            "dct:title": record.label,
            "dct:description": purpose.summary if purpose else "",
        },
        "dpv:hasLegalBasis": [{"@id": term} for term in _basis(record)],
        "dpv:hasPersonalData": [
            {
                "@type": "dpv:PersonalData",
                "dct:identifier": one.code,
                "dct:title": one.label,
                "dct:description": one.description,
                "dpv:hasNecessity": necessity,
            }
            for one in record.categories
        ],
        "dpv:hasDataSource": [{"@type": "dpv:DataSource", "dct:title": one} for one in record.sources],
        "dpv:hasProcessing": [{"@id": "dpv:Collect"}, {"@id": "dpv:Use"}],
        "kept:channel": record.event.channel or "every channel of the purpose",
    }
    if record.scope:
        node["kept:scope"] = {"dct:identifier": record.scope, "kept:sha256": record.scope_digest}
    if record.assessment:
        node["dpv:hasImpactAssessment"] = {"@type": "dpv:ImpactAssessment", "dct:title": record.assessment}
    return node


def _where(record: FullRecord) -> Node:
    places = list(dict.fromkeys(one.country for one in record.recipients if one.role == "DataProcessor"))
    places = places or [record.controller.address]
    locations = [{"@type": "dpv:StorageLocation", "dct:title": one} for one in places]
    periods = [
        {
            "@type": "dpv:StorageDuration",
            "dct:title": one.label,
            "dpv:hasDuration": {"@type": "xsd:duration", "@value": f"P{one.days}D"},
            "kept:countsFrom": one.counts_from,
            "kept:then": one.action,
        }
        for one in record.retention
    ]
    return {
        "dpv:hasStorageCondition": [
            *locations,
            *(periods or [{"@type": "dpv:StorageDuration", "dct:title": "as long as the purpose is in use"}]),
        ],
        "dpv:hasLocation": [{"@type": "dpv:Location", "dct:title": one} for one in places],
        "dpv:hasRule": [{"@type": "dpv:Rule", "dct:title": one} for one in record.transfers],
        "dpv:hasJurisdiction": {"@type": "dpv:Jurisdiction", "dct:title": jurisdiction_of(record)},
        "dpv:hasService": {"@type": "dpv:Service", "dct:title": record.site or record.controller.url},
    }


def _who(record: FullRecord) -> Node:
    return {
        "dpv:hasDataController": [_party(record.controller)],
        "dpv:hasRecipient": [_party(one) for one in record.recipients],
        "dpv:hasAuthority": _party(record.authority),
    }


def _person_can(record: FullRecord) -> Node:
    rights = [
        {"@id": dpv.RIGHTS[Right(one.code)], "@type": "dpv:DataSubjectRight", "dct:title": one.label}
        for one in record.rights
        if one.code in dpv.RIGHTS
    ]
    return {
        "dpv:hasConsentControl": {
            "@type": "dpv:WithdrawConsent",
            "dct:title": "Withdraw or change at any time, without giving a reason; earlier processing stays lawful.",
            "dct:source": {"@id": record.withdrawal_url},
        },
        "dpv:hasRight": rights,
    }


def _event(record: FullRecord) -> Node:
    event = record.event
    who = event.actor_id or event.subject_id
    is_renewal = event.status == event.previous == Status.GIVEN
    told = event.previous if event.status in dpv.EASING else event.status
    known = {status.value: term for status, term in dpv.CONSENT_STATUS.items()}
    status = dpv.RENEWED if is_renewal else known.get(told, dpv.UNKNOWN)
    node: Node = {
        "@type": "dct:ProvenanceStatement",
        "dct:date": _time(record.said_at),
        "dct:valid": _validity(record),
        "dpv:isImplementedByEntity": {"@id": f"urn:uuid:{who}", "kept:actorKind": event.actor_kind},
        "dpv:hasIndicationMethod": event.door,
        "kept:status": event.status,
        "kept:previous": event.previous,
        "kept:recordedAt": _time(event.at),
        "kept:rowHash": event.row_hash,
        "kept:site": event.site,
        "kept:sourceKind": event.source_kind,
        "kept:sourceId": event.source_id,
    }
    if _is_consent(record):
        node["dpv:hasLegalBasis"] = {"@id": dpv.consent_type(event.door)}
        node["dpv:hasConsentStatus"] = {"@id": status}
        control = dpv.CONTROL.get(Status(event.status))
        if control:
            node["dpv:hasConsentControl"] = {"@id": control}
    else:
        node["dpv:hasLegalBasis"] = {"@id": _basis(record)[0]}
        node["dpv:hasEntityInvolvement"] = {"@id": dpv.INVOLVEMENT.get(Status(event.status), dpv.NOT_INVOLVED)}
    return node


def _validity(record: FullRecord) -> Any:
    if record.valid_days:
        return {"@type": "xsd:duration", "@value": f"P{record.valid_days}D"}
    if record.event.until:
        return {"@type": "xsd:dateTime", "@value": _time(record.event.until)}
    return "until withdrawn" if record.event.status == Status.GIVEN else "until the person decides again"


def _is_consent(record: FullRecord) -> bool:
    return record.purpose is None or record.purpose.basis == Basis.CONSENT


def _basis(record: FullRecord) -> tuple[str, ...]:
    if record.purpose is None:
        return ("dpv:Consent",)
    general, european = dpv.BASES[Basis(record.purpose.basis)]
    return (general, european) if settings.KEPT_PROFILE.startswith("EU") else (general,)


def _party(party: Party) -> Node:
    node: Node = {
        "@id": f"urn:kept:party:{party.code}",
        "@type": f"dpv:{party.role}",
        "dct:identifier": party.code,
        "dpv:hasName": party.name,
        "dpv:hasAddress": party.address,
        "dpv:hasContact": party.contact,
        "dpv:hasRole": {"@id": f"dpv:{party.role}"},
    }
    if party.description:
        node["dct:description"] = party.description
    return node


def _time(moment: Any) -> str:
    return clock.canonical(moment)
