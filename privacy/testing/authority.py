"""A private certificate authority for tests: it issues what an operator would buy, and what nobody should take."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

BITS, EXPONENT = 2048, 65537
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        plain = serialization.NoEncryption()
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """As two files: the certificate and the key."""
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
        certificate.write_bytes(self.pem)
        key.write_bytes(self.key_pem)
        return certificate, key


class Authority:
    """One authority. `issue` makes a certificate for a domain; `days` before now it begins, after now it ends."""

    def __init__(self, name: str = "Private CA") -> None:
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    @cached_property
    def root(self) -> Issued:
        key = _key()
        builder = _builder(self._name, self._name, key, DAY, 90 * DAY)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        usage = x509.KeyUsage(
            digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        builder = builder.add_extension(usage, critical=True)
        return Issued(builder.sign(key, hashes.SHA256()), key)

    def issue(self, domain: str, *, before: dt.timedelta = DAY, after: dt.timedelta = 60 * DAY) -> Issued:
        """A certificate for this domain by this authority."""
        key, root = _key(), self.root
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain)])
        builder = _named(_builder(subject, self._name, key, before, after), domain)
        identifier = root.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        authority = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier.value)
        builder = builder.add_extension(authority, critical=False)
        return Issued(builder.sign(root.key, hashes.SHA256()), key)


def self_signed(domain: str) -> Issued:
    """What nobody vouches for."""
    key = _key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain)])
    return Issued(_named(_builder(name, name, key, DAY, 20 * DAY), domain).sign(key, hashes.SHA256()), key)


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(EXPONENT, BITS)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, before: dt.timedelta, after: dt.timedelta
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - before).not_valid_after(now + after)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _named(builder: x509.CertificateBuilder, domain: str) -> x509.CertificateBuilder:
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    return builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
