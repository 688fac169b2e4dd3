"""Our own certificate: read where the operator put it, and again when the file changes."""

import functools
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from privacy.kernel.certificates import CertificateRefused, Signer, read_signer
from privacy.kernel.errors import DomainError


class NotConfigured(DomainError):
    """Nobody has given us a certificate to sign with, or it cannot be used."""

    code = "not_configured"
    http_status = 503


def processor_domain() -> str:
    """The domain that requests are received on, which the certificate must name."""
    return urlsplit(settings.KEPT_BASE_URL).hostname or ""


def is_configured() -> bool:
    """Whether the operator named both files."""
    return bool(settings.KEPT_OPENDSR_CERTIFICATE and settings.KEPT_OPENDSR_KEY)


def our_signer() -> Signer:
    """What we sign with. NotConfigured where it is not there or cannot be used; doctor says why."""
    if not is_configured():
        raise NotConfigured("OpenDSR is not configured here.")
    certificate, key = Path(settings.KEPT_OPENDSR_CERTIFICATE), Path(settings.KEPT_OPENDSR_KEY)
    try:
        return _read(certificate, key, certificate.stat().st_mtime_ns, key.stat().st_mtime_ns)
    except (OSError, CertificateRefused):
        raise NotConfigured("OpenDSR cannot be used here at the moment.") from None


@functools.lru_cache(maxsize=2)
def _read(certificate: Path, key: Path, _when: int, _key_when: int) -> Signer:
    return read_signer(certificate, key)
