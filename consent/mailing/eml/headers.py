"""The list headers of RFC 2369, 2919 and 8058, and the link in the body."""

import base64
import re
from collections.abc import Iterator
from email.utils import getaddresses
from urllib.parse import unquote, urlsplit

from consent.mailing.eml.findings import Finding, fault, ok, warning
from consent.mailing.eml.reading import RawMail

UNSUBSCRIBE, POST = "List-Unsubscribe", "List-Unsubscribe-Post"
ONE_CLICK = "List-Unsubscribe=One-Click"
MOST_IN_A_LINE = 998  # RFC 5322 2.1.1
LIST_ID = re.compile(r"^[^<>]*<[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)+>$")
LINK = re.compile(r"https?://[^\s<>\"']+")
WORDS = re.compile(
    r"unsubscri|opt[ -]?out|preferences|abmeld|abbestell|austrag|désabonn|desabonn|désinscri|desinscri"
    r"|darse? de baja|\bbaja\b|cancelar|descadastr|अनसब्सक्राइब|सदस्यता",
    re.IGNORECASE,
)


def uris_of(value: str) -> list[str]:
    """What stands between angle brackets (RFC 2369)."""
    return [uri.strip() for uri in re.findall(r"<([^<>]*)>", value)]


def check_unsubscribe(mail: RawMail) -> Iterator[Finding]:
    """U-1 and U-3: one https address, possibly one mailto beside it, nothing of the person in it."""
    found = mail.all(UNSUBSCRIBE)
    if not found:
        yield fault("U-1.missing", f"There is no {UNSUBSCRIBE} header.")
        return
    if len(found) > 1:
        yield fault("U-1.repeated", f"{UNSUBSCRIBE} stands {len(found)} times; it may stand once.")
    if any(header.is_folded for header in found):
        yield fault("U-2.folded", f"{UNSUBSCRIBE} is folded over several lines, which breaks signatures on the way.")
    uris = uris_of(found[0].value)
    if "=?" in found[0].value:
        yield fault("U-1.encoded", f"{UNSUBSCRIBE} is written as an encoded word; programs read it as it is.")
    by_scheme = [urlsplit(uri).scheme.lower() for uri in uris]
    if "http" in by_scheme:
        yield fault("U-1.http", f"{UNSUBSCRIBE} names an http address. One-click needs https.")
    count = by_scheme.count("https")
    if count != 1:
        yield fault("U-1.https", f"{UNSUBSCRIBE} holds {count} https addresses; it needs exactly one.")
    if by_scheme.count("mailto") > 1 or set(by_scheme) - {"https", "http", "mailto"}:
        yield fault("U-1.other", f"{UNSUBSCRIBE} may hold one mailto address beside the https one, and nothing else.")
    if any(_names_recipient(uri, mail) for uri in uris if uri.lower().startswith("http")):
        yield fault("U-3.address", f"The address in {UNSUBSCRIBE} shows who the recipient is.")
    if count == 1 and len(found) == 1 and "http" not in by_scheme:
        yield ok("U-1.uri", f"{UNSUBSCRIBE} holds one https address.")


def _names_recipient(uri: str, mail: RawMail) -> bool:
    plain = unquote(uri).lower()
    addresses = [address.lower() for _, address in getaddresses([mail.first("To"), mail.first("Delivered-To")])]
    known = [address for address in addresses if "@" in address]
    encoded = [base64.urlsafe_b64encode(one.encode()).decode().rstrip("=").lower() for one in known]
    return bool(re.search(r"[^/?&=\s]+@[\w-]+\.\w", plain)) or any(one in plain for one in known + encoded)


def check_post(mail: RawMail) -> Iterator[Finding]:
    """U-1, second half: the header that makes it one-click."""
    found = mail.all(POST)
    if not found:
        yield fault("U-1.post_missing", f"There is no {POST} header, so no program offers one-click.")
    elif len(found) > 1:
        yield fault("U-1.post_repeated", f"{POST} stands {len(found)} times; it may stand once.")
    elif found[0].value != ONE_CLICK:
        yield fault("U-1.post_value", f"{POST} must hold exactly {ONE_CLICK}.")
    elif found[0].is_folded:
        yield fault("U-2.folded", f"{POST} is folded over several lines.")
    else:
        yield ok("U-1.post", f"{POST} is {ONE_CLICK}.")


def check_list_id(mail: RawMail) -> Iterator[Finding]:
    """M-6: each topic is a list with its own id (RFC 2919)."""
    found = mail.all("List-Id")
    if not found:
        yield warning("M-6.missing", "There is no List-Id: providers cannot tell one topic from another.")
    elif len(found) > 1 or not LIST_ID.match(found[0].value):
        yield fault("M-6.syntax", "List-Id must be one id with a dot in angle brackets, such as <news.example.com>.")
    else:
        yield ok("M-6.list_id", "List-Id names the list.")


def check_body(mail: RawMail) -> Iterator[Finding]:
    """M-4: the visible link. A header alone does not count."""
    targets = {uri.rstrip("/") for uri in uris_of(mail.first(UNSUBSCRIBE))}
    lines = mail.body.splitlines()
    for number, line in enumerate(lines):
        for link in LINK.findall(line):
            around = " ".join(lines[max(0, number - 1) : number + 1])
            if link.rstrip("/.,)") in targets or WORDS.search(unquote(around)):
                yield ok("M-4.body", "The text has a link to unsubscribe.")
                return
    yield fault("M-4.body", "The text has no visible link to unsubscribe.")


def check_from(mail: RawMail) -> Iterator[Finding]:
    """One sender, and hints whether SPF can align with it (M-2). Only the receiving server knows the answer."""
    senders = [address for _, address in getaddresses([header.value for header in mail.all("From")]) if address]
    if len(senders) != 1 or "@" not in senders[0]:
        yield fault("M-2.from", "From must name exactly one address.")
        return
    domain = domain_of(senders[0])
    bounce = domain_of(mail.first("Return-Path").strip("<> "))
    if not bounce:
        yield warning("M-2.spf", "There is no Return-Path yet, so whether SPF aligns cannot be seen in this mail.")
    elif not aligned(bounce, domain):
        yield warning("M-2.spf", f"Return-Path ({bounce}) is not in the domain of From ({domain}): SPF cannot align.")
    else:
        yield ok("M-2.spf", f"Return-Path and From share {domain}: SPF can align.")


def check_lines(mail: RawMail) -> Iterator[Finding]:
    """RFC 5322 2.1.1: servers cut longer lines."""
    if mail.longest_line > MOST_IN_A_LINE:
        yield fault("lines", f"A line has {mail.longest_line} characters; servers may cut after {MOST_IN_A_LINE}.")


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].strip().lower().rstrip(".") if "@" in address else ""


def aligned(one: str, other: str) -> bool:
    """Relaxed alignment as far as it is certain without a list of public suffixes: same, or one above the other."""
    return bool(one and other) and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))
