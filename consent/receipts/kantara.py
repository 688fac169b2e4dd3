"""The same record in the shape of Kantara's Consent Receipt 1.1, for systems that read only that."""

from typing import Any

from consent.receipts.jsonld import jurisdiction_of
from consent.receipts.record import FullRecord
from privacy.kernel.keyring import keyring, public_key_text
from privacy.policy.vocabulary import Group, MessageClass, Switch

VERSION = "KI-CR-v1.1.0"
CATEGORIES = {
    Group.MESSAGES: "Contact Requested",
    Group.MEASUREMENT: "Improve Performance",
    Group.PUBLICATION: "Marketing",
    Group.SHARING: "Marketing Third Parties",
    Group.SERVICE: "Core Function",
}


def as_kantara(record: FullRecord) -> dict[str, Any]:
    """The receipt as a dictionary; `status` is ours, because a receipt is given for a no as well."""
    event, controller = record.event, record.controller
    return {
        "version": VERSION,
        "jurisdiction": jurisdiction_of(record),
        "consentTimestamp": int(record.said_at.timestamp()),
        "collectionMethod": event.get_door_display(),
        "consentReceiptID": str(record.receipt_id),
        "publicKey": public_key_text(keyring().signing_key().public_key()),
        "language": record.shown.language or "und",
        "piiPrincipalId": str(event.subject_id),
        "piiControllers": [
            {
                "piiController": controller.name,
                "onBehalf": False,
                "contact": controller.contact,
                "address": {"streetAddress": controller.address},
                "email": controller.contact if "@" in controller.contact else "not offered",
                "phone": "not offered",
                "piiControllerUrl": controller.url,
            }
        ],
        "policyUrl": record.policy_url,
        "services": [{"service": record.site or controller.name, "purposes": [_purpose(record)]}],
        "sensitive": False,
        "spiCat": [],
        "status": event.status,
    }


def _purpose(record: FullRecord) -> dict[str, Any]:
    purpose = record.purpose
    category = CATEGORIES.get(Group(purpose.group), "Other") if purpose else "Other"
    if purpose and purpose.message_class == MessageClass.PROMOTIONAL:
        category = "Marketing"
    told = record.shown.text or "No text was shown with this decision."
    found: dict[str, Any] = {
        "purpose": f"{record.label}. {told}",
        "purposeCategory": [category],
        "consentType": "EXPLICIT",
        "piiCategory": [one.label for one in record.categories],
        "primaryPurpose": bool(purpose and purpose.switch is Switch.LOCKED),
        "termination": _termination(record),
        "thirdPartyDisclosure": bool(record.recipients),
    }
    if record.recipients:
        found["thirdPartyName"] = ", ".join(one.name for one in record.recipients)
    return found


def _termination(record: FullRecord) -> str:
    if record.valid_until:
        return f"{record.valid_until:%Y-%m-%d}, or when it is withdrawn: {record.withdrawal_url}"
    return f"When it is withdrawn or changed: {record.withdrawal_url}"
