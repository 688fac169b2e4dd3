"""Certificates of partners and our own: read, held against a trust store, signed with and verified by.

What a protocol needs of them stands here once: SHA-256 RSA signatures (PKCS #1 v1.5) over the raw bytes of a message,
and a chain that leads from a domain to an authority that somebody trusts. Revocation lists are not asked.
"""

import base64
import binascii
import datetime as dt
import functools
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

MOST_BYTES = 64 * 1024
MOST_CERTIFICATES = 6
LEAST_BITS = 2048


class CertificateRefused(Exception):
    """A certificate or key cannot be used. The text is a code in words; it holds nothing of the certificate."""


@dataclass(frozen=True, slots=True)
class Signer:
    """What we sign with: the chain as it is served, and its key."""

    chain: bytes
    key: RSAPrivateKey

    def sign(self, body: bytes) -> str:
        """The signature over these bytes, base64."""
        return base64.b64encode(self.key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()

    def sign_digest(self, digest: bytes) -> str:
        """The signature over bytes of which only the SHA-256 is at hand, base64."""
        return base64.b64encode(self.key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))).decode()


def read_chain(pem: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM text, that of the domain first. CertificateRefused for anything else."""
    if len(pem) > MOST_BYTES:
        raise CertificateRefused("the certificate file is too large")
    try:
        chain = x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise CertificateRefused("the certificate file is no certificate") from None
    if len(chain) > MOST_CERTIFICATES:
        raise CertificateRefused("the certificate file holds too many certificates")
    return chain


def read_signer(certificate: Path, key: Path) -> Signer:
    """Our own certificate and key, which must belong together. CertificateRefused where they cannot be used."""
    try:
        pem, secret = certificate.read_bytes(), key.read_bytes()
    except OSError as error:
        raise CertificateRefused(f"a file cannot be read ({type(error).__name__})") from None
    chain = read_chain(pem)
    try:
        private = serialization.load_pem_private_key(secret, password=None)
    except (ValueError, TypeError):
        raise CertificateRefused("the key file is no private key without a password") from None
    if not isinstance(private, RSAPrivateKey) or private.key_size < LEAST_BITS:
        raise CertificateRefused(f"the key is no RSA key of {LEAST_BITS} bits or more")
    if private.public_key() != chain[0].public_key():
        raise CertificateRefused("the key is not that of the certificate")
    return Signer(pem, private)


def verified_key(
    chain: Sequence[x509.Certificate], *, domain: str, roots: Path | None, now: dt.datetime
) -> RSAPublicKey:
    """The key of a domain, where its certificate names the domain, holds today and was issued by an authority of the
    trust store (`roots`, or the machine's own). CertificateRefused for all else, self-signed ones among it."""
    leaf = chain[0]
    if leaf.issuer == leaf.subject:
        raise CertificateRefused("its certificate is self-signed")
    try:
        verifier = PolicyBuilder().store(_store(roots)).time(now).build_server_verifier(x509.DNSName(domain))
        verifier.verify(leaf, list(chain[1:]))
    except (VerificationError, ValueError):
        raise CertificateRefused(_why(leaf, now)) from None
    key = leaf.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < LEAST_BITS:
        raise CertificateRefused(f"its certificate has no RSA key of {LEAST_BITS} bits or more")
    return key


def is_signed_by(key: RSAPublicKey, signature: str, body: bytes) -> bool:
    """Whether the base64 text is the key's signature over exactly these bytes."""
    try:
        raw = base64.b64decode("".join(signature.split()), validate=True)
        key.verify(raw, body, padding.PKCS1v15(), hashes.SHA256())
    except (binascii.Error, InvalidSignature, ValueError):
        return False
    return True


def _why(leaf: x509.Certificate, now: dt.datetime) -> str:
    if now > leaf.not_valid_after_utc:
        return "its certificate has expired"
    if now < leaf.not_valid_before_utc:
        return "its certificate does not hold yet"
    return "its certificate is not that of its domain, or no authority that we trust issued it"


def _store(roots: Path | None) -> Store:
    path = roots or Path(ssl.get_default_verify_paths().cafile or ssl.get_default_verify_paths().openssl_cafile)
    try:
        return _read_store(path, path.stat().st_mtime_ns)
    except OSError:
        raise CertificateRefused("the file of trusted authorities cannot be read") from None


@functools.lru_cache(maxsize=8)
def _read_store(path: Path, _changed: int) -> Store:
    return Store(x509.load_pem_x509_certificates(path.read_bytes()))
