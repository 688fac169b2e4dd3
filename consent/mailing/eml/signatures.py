"""U-2: are the list headers covered by a DKIM signature, and does it hold?"""

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import dkim
import dns.exception
import dns.resolver
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from consent.mailing.eml.findings import Finding, fault, ok, warning
from consent.mailing.eml.headers import POST, UNSUBSCRIBE, aligned, domain_of
from consent.mailing.eml.reading import RawMail

DNS_SECONDS = 4.0
FindKey = Callable[[str], str]  # the name `selector._domainkey.domain` to the text of its record


class NoKey(Exception):
    """The key of a signature could not be had; the text says why."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One DKIM-Signature. `holds` is None where it could not be verified, and `why` says why."""

    domain: str
    selector: str
    covered: frozenset[str]
    holds: bool | None
    why: str = ""

    @property
    def covers_both(self) -> bool:
        return {UNSUBSCRIBE.lower(), POST.lower()} <= self.covered


def record_of(text: str) -> str:
    """A DNS record as given, or made from a public key in PEM. ValueError for anything else."""
    if "p=" in text and "BEGIN" not in text:
        return " ".join(text.split())
    key = load_pem_public_key(text.encode())
    if isinstance(key, Ed25519PublicKey):
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}"
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


def key_from_dns(name: str) -> str:
    """The record that the domain publishes. NoKey where DNS does not answer or has none."""
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=DNS_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        raise NoKey("the domain publishes no such key") from None
    except (dns.exception.DNSException, OSError):
        raise NoKey("DNS could not be asked") from None
    return "".join(part.decode("ascii", "replace") for part in next(iter(answer)).strings)


def no_dns(_name: str) -> str:
    """For those who do not want DNS to be asked."""
    raise NoKey("DNS was not asked")


def signatures_of(mail: RawMail, find_key: FindKey) -> list[Signature]:
    """Every signature, verified where its key can be had."""
    return [
        _signature(mail, index, _tags(header.value), find_key)
        for index, header in enumerate(mail.all("DKIM-Signature"))
    ]


def _tags(value: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in value.split(";"))
    return {name.strip(): re.sub(r"\s+", "", text) for name, _, text in pairs if name.strip()}


def _signature(mail: RawMail, index: int, tags: dict[str, str], find_key: FindKey) -> Signature:
    covered = frozenset(name.lower() for name in tags.get("h", "").split(":") if name)
    domain, selector = tags.get("d", "").lower(), tags.get("s", "").lower()
    holds, why = _verified(mail.raw, index, f"{selector}._domainkey.{domain}", find_key)
    return Signature(domain, selector, covered, holds, why)


def _verified(raw: bytes, index: int, name: str, find_key: FindKey) -> tuple[bool | None, str]:
    try:
        record = find_key(name)
    except NoKey as missing:
        return None, str(missing)
    try:
        signed = dkim.DKIM(raw)
        is_good = signed.verify(index, dnsfunc=lambda _name, timeout=0: record.encode())
    except (dkim.UnknownKeyTypeError, ImportError):
        return None, "this kind of key cannot be verified here"
    except dkim.DKIMException as error:
        return False, type(error).__name__
    except (ValueError, TypeError, KeyError, AttributeError):  # what hostile tags make of the library
        return False, "it cannot be read"
    return bool(is_good), "" if is_good else "the content or the headers were changed, or the key is another"


def check_signatures(mail: RawMail, find_key: FindKey) -> Iterator[Finding]:
    """One line on coverage and validity, one on alignment with From."""
    found = signatures_of(mail, find_key)
    if not found:
        yield fault("U-2.unsigned", "There is no DKIM signature: one-click does not count without one.")
        return
    covering = [one for one in found if one.covers_both]
    if not covering:
        yield fault("U-2.coverage", f"No signature lists {UNSUBSCRIBE} and {POST} in its h= tag.")
    good = [one for one in covering if one.holds]
    unknown = [one for one in covering if one.holds is None]
    if good:
        yield ok("U-2.signature", f"Both headers are covered by a valid signature of {good[0].domain}.")
    elif unknown:
        yield ok("U-2.coverage", f"A signature of {unknown[0].domain} lists both headers.")
        yield warning("U-2.not_verified", f"Not verified: {unknown[0].why}. Give the key with --public-key.")
    elif covering:
        yield fault("U-2.invalid", f"The signature of {covering[0].domain} does not hold: {covering[0].why}.")
    sender = domain_of(mail.first("From").rpartition("<")[2].strip("<> "))
    if any(aligned(one.domain, sender) for one in found if one.holds is not False):
        yield ok("M-2.dkim", f"A signature is in the domain of From ({sender}).")
    else:
        yield fault("M-2.dkim", f"No signature that can hold is in the domain of From ({sender}): DMARC fails.")
