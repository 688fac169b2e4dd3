"""Words of OpenDSR 2.0, and what they are here."""

import datetime as dt
import enum

from dsr.states import Right

API_VERSION = "2.0"
SCOPE = "opendsr"
DOMAIN_HEADER, SIGNATURE_HEADER = "X-OpenDSR-Processor-Domain", "X-OpenDSR-Signature"


class Status(enum.StrEnum):
    """The four that the specification knows."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class CallbackState(enum.StrEnum):
    """Where one callback stands."""

    QUEUED = "queued"
    ACCEPTED = "accepted"
    SUPERSEDED = "superseded"  # a newer word to the same address went out before it could be delivered
    GIVEN_UP = "given_up"


RIGHTS = {"access": Right.ACCESS, "portability": Right.PORTABILITY, "erasure": Right.ERASURE}
REGIONS = {"gdpr": "", "ccpa": "US-CA"}  # regulation → the region whose law the case is counted by
# The identity type of the specification → the kind of our identifiers.
TYPES = {
    "email": "email",
    "controller_customer_id": "external",
    "android_advertising_id": "device",
    "android_id": "device",
    "fire_advertising_id": "device",
    "ios_advertising_id": "device",
    "ios_vendor_id": "device",
    "microsoft_advertising_id": "device",
    "microsoft_publisher_id": "device",
    "roku_publisher_id": "device",
    "roku_advertising_id": "device",
}
RAW = "raw"
HASHES = {"sha256": 64, "sha1": 40, "md5": 32}  # format → hexadecimal digits
HASHED_TYPES = frozenset({"email"})  # there is one way to write an address, so its hash can be compared
REASONS = {
    "not_identified": "The identities lead to nobody, or to more than one person",
    "not_your_data": "The data is not held for this customer",
    "not_lawful": "The law forbids what is asked",
    "other": "Another reason, which the customer was told",
}
MOST_IDENTITIES, MOST_CALLBACKS = 50, 5
MOST_BYTES = 64 * 1024
MOST_AN_HOUR = 1_000  # new requests of one customer: a stolen key shall not fill the queue
RESULTS_KEPT = dt.timedelta(days=30)
MOST_RESULT_BYTES = 512 * 1024 * 1024
