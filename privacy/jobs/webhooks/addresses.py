"""Which addresses may be talked to: public ones only. Asked once, and the answer is what is connected to."""

import ipaddress
import queue
import socket
import threading
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from privacy.kernel.errors import InvalidInput

LONGEST_URL = 500
RESOLVE_SECONDS = 5.0
HTTPS_PORT, HTTP_PORT = 443, 80
NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Exception):
    """The name leads to an address inside the house."""


class Unresolvable(Exception):
    """The name leads nowhere, or nobody answered in time."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address of the web, taken apart. `host` is in the form that DNS and certificates use."""

    is_https: bool
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = HTTPS_PORT if self.is_https else HTTP_PORT
        return host if self.port == usual else f"{host}:{self.port}"


def target_of(url: str, *, is_inside: bool = False) -> Target:
    """Take a URL apart. InvalidInput(url) for what cannot be the address of a webhook.

    http is for this machine only, and only where KEPT_WEBHOOK_LOOPBACK allows it. `is_inside`: an operator has said
    that this system stands inside the house, so that http and inner addresses are meant.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, _host(parts)
    except (ValueError, UnicodeError):
        raise InvalidInput("Write an address such as https://example.com/hooks.", field="url") from None
    if len(url) > LONGEST_URL or any(char <= " " or char == "\x7f" for char in url) or not host:
        raise InvalidInput("Write an address such as https://example.com/hooks.", field="url")
    if parts.username is not None or parts.fragment:
        raise InvalidInput("Leave user name, password and # out of the address.", field="url")
    is_plain = parts.scheme == "http" and (is_inside or settings.KEPT_WEBHOOK_LOOPBACK)
    if parts.scheme != "https" and not is_plain:
        raise InvalidInput("The address must begin with https://.", field="url")
    is_https = parts.scheme == "https"
    if not is_inside and _is_number_inside(host, is_https=is_https):
        raise InvalidInput("This is an address inside the house. Webhooks go to public addresses only.", field="url")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_https, host, port or (HTTPS_PORT if is_https else HTTP_PORT), path)


def _is_number_inside(host: str, *, is_https: bool) -> bool:
    """Names are judged by what they lead to when something is sent; a number can be judged now."""
    try:
        return not is_permitted(ipaddress.ip_address(host), is_https=is_https)
    except ValueError:
        return False


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    return host if host.isascii() else host.encode("idna").decode()


def address_of(target: Target, *, is_inside: bool = False) -> Address:
    """The one address to connect to. AddressRefused where any address of the name is not public (unless it is said
    to be inside); Unresolvable where there is none."""
    found = [ipaddress.ip_address(each) for each in _resolve(target)]
    if not found:
        raise Unresolvable
    if not is_inside and not all(is_permitted(each, is_https=target.is_https) for each in found):
        raise AddressRefused
    return found[0]


def is_permitted(address: Address, *, is_https: bool) -> bool:
    """Whether Kept may talk to this address: a public one, or this machine where a setting allows that."""
    address = _unwrapped(address)
    if address.is_loopback:
        return bool(settings.KEPT_WEBHOOK_LOOPBACK)
    is_public = address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
    return is_https and is_public


def _unwrapped(address: Address) -> Address:
    """An IPv4 address inside an IPv6 one is judged as what it is."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        return inner or address
    return address


def _resolve(target: Target) -> list[str]:
    """Ask once, and not for longer than a few seconds: the system's resolver knows no limit."""
    answers: queue.Queue[list[str]] = queue.Queue(1)

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            rows = []
        answers.put([str(row[4][0]).partition("%")[0] for row in rows])

    threading.Thread(target=ask, name="kept-resolver", daemon=True).start()
    try:
        return answers.get(timeout=RESOLVE_SECONDS)
    except queue.Empty:
        raise Unresolvable from None
