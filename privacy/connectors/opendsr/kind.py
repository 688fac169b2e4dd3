"""A vendor that speaks OpenDSR 2.0 as a kind of system."""

from collections.abc import Sequence

from privacy.connectors.kinds import PACE, Check, Connection, Option, SystemKind
from privacy.connectors.opendsr.handler import OpenDsrHandler
from privacy.connectors.opendsr.vendor import Vendor

WANTED = ("access", "erasure")


class OpenDsr(SystemKind):
    """A processor of ours that takes requests by OpenDSR."""

    code, label = "opendsr", "A vendor that speaks OpenDSR"
    options = (
        Option("url", "https://opendsr.vendor.example/v2, below which discovery and requests stand"),
        Option("domain", "the domain that its certificate names, and that it says in its answers"),
        Option("api_key", "the key that it gave us, sent as a bearer", is_secret=True, default=""),
        Option("regulation", "gdpr or ccpa", default="gdpr"),
        Option(
            "authorities", "a PEM file of the authorities to trust, where it is not those of the machine", default=""
        ),
        Option("inside", "true where it stands inside the house", default=""),
        PACE,
    )

    def handler(self, connection: Connection) -> OpenDsrHandler:
        regulation = connection["regulation"] or "gdpr"
        return OpenDsrHandler(
            key=connection.key, label=connection.label, vendor=Vendor(connection), regulation=regulation
        )

    def self_test(self, connection: Connection) -> Sequence[Check]:
        """Its discovery must be signed by its certificate, and offer what we file."""
        found = Vendor(connection).discover()
        checks = [Check("Certificate", is_good=True, says="Its answers are signed by a certificate that we trust.")]
        offered = found.get("supported_subject_request_types")
        missing = [each for each in WANTED if not isinstance(offered, list) or each not in offered]
        says = f"It does not take: {', '.join(missing)}." if missing else "It takes copies and erasures."
        checks.append(Check("Kinds of requests", is_good="erasure" not in missing, says=says))
        return checks
