"""Checks of what partners rely on: the certificate of OpenDSR."""

import datetime as dt
from pathlib import Path

from django.conf import settings

from dsr.opendsr.signing import is_configured, processor_domain
from privacy.kernel import clock
from privacy.kernel.certificates import CertificateRefused, read_chain, read_signer, verified_key
from privacy.pages.readiness.contract import Answer, green, red, yellow

SOON = dt.timedelta(days=30)


def check_opendsr() -> Answer:
    """A customer must be able to verify what we sign: our domain, issued by an authority, with its key."""
    if not is_configured():
        return green("OpenDSR is not configured: its doors answer 503, and nobody is told of it.")
    certificate, key = Path(settings.KEPT_OPENDSR_CERTIFICATE), Path(settings.KEPT_OPENDSR_KEY)
    roots = Path(settings.KEPT_OPENDSR_AUTHORITIES) if settings.KEPT_OPENDSR_AUTHORITIES else None
    now = clock.now()
    try:
        chain = read_chain(read_signer(certificate, key).chain)
        verified_key(chain, domain=processor_domain(), roots=roots, now=now)
    except CertificateRefused as error:
        return red(
            f"What OpenDSR signs with cannot be used: {error}.",
            "Put a certificate of an authority for the host of KEPT_BASE_URL, with those that issued it, into the file "
            "KEPT_OPENDSR_CERTIFICATE, and its RSA key into KEPT_OPENDSR_KEY.",
        )
    until = chain[0].not_valid_after_utc
    if until < now + SOON:
        return yellow(
            f"The certificate of OpenDSR ends on {until:%Y-%m-%d}.", "Have it renewed; the files are read anew."
        )
    return green(f"The certificate of OpenDSR is that of our domain and holds until {until:%Y-%m-%d}.")
