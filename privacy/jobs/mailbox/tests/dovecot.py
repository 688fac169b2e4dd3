"""A real IMAP server of the test's own: Dovecot on free ports, with a certificate, a mailbox and a log of its own."""

import datetime as dt
import imaplib
import ipaddress
import os
import pwd
import shutil
import socket
import ssl
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from privacy.testing.plugin import REQUIRED

PROGRAM = shutil.which("dovecot") or next((path for path in ("/usr/sbin/dovecot",) if Path(path).exists()), None)
MISSING = "needs Dovecot: on Debian, apt install dovecot-imapd"
USER, PASSWORD = "support@kept.example", "s3cret"
STARTS_WITHIN = 15.0
CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 1
mail_location = maildir:{home}/mail/%u
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
disable_plaintext_auth = yes
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {starttls}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class ImapServer:
    """The running server; `put` delivers a message as a mail server would."""

    def __init__(self, home: Path, tls: int, starttls: int) -> None:
        self.home, self.tls, self.starttls = home, tls, starttls
        self.url = self.url_of(USER)
        self.starttls_url = f"imap://{USER.replace('@', '%40')}:{PASSWORD}@127.0.0.1:{starttls}/INBOX?tls=starttls"

    def url_of(self, user: str) -> str:
        """The address of the mailbox of this user."""
        return f"imaps://{user.replace('@', '%40')}:{PASSWORD}@127.0.0.1:{self.tls}/INBOX"

    def session(self, user: str = USER) -> imaplib.IMAP4_SSL:
        trusted = ssl.create_default_context(cafile=str(self.home / "cert.pem"))
        session = imaplib.IMAP4_SSL("127.0.0.1", self.tls, ssl_context=trusted, timeout=10)
        session.login(user, PASSWORD)
        return session

    def put(self, raw: bytes, *, at: dt.datetime | None = None, user: str = USER) -> None:
        moment = imaplib.Time2Internaldate(at or dt.datetime.now(dt.UTC))
        session = self.session(user)
        answer, _ = session.append("INBOX", "", moment, raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        session.logout()
        assert answer == "OK"

    def flags(self) -> list[str]:
        """The flags of every message: what a colleague who uses the same mailbox sees."""
        session = self.session()
        session.select("INBOX", readonly=True)
        _, answer = session.fetch("1:*", "(FLAGS)")
        session.logout()
        return [part.decode() for part in answer if isinstance(part, bytes)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_certificate(home: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=2))
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    (home / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    (home / "key.pem").write_bytes(secret)


def start(home: Path) -> tuple[ImapServer, "subprocess.Popen[bytes]"]:
    """A server that answers. It may be started by root, who may own no mailbox: then nobody owns it."""
    if PROGRAM is None:
        raise RuntimeError(MISSING)
    for part in ("run", "state", "mail"):
        (home / part).mkdir()
    me = pwd.getpwuid(os.getuid())
    owner = pwd.getpwnam("nobody") if me.pw_uid == 0 else me
    _write_certificate(home)
    server = ImapServer(home, _free_port(), _free_port())
    values = {
        "home": home,
        "password": PASSWORD,
        "uid": owner.pw_uid,
        "gid": owner.pw_gid,
        "tls": server.tls,
        "starttls": server.starttls,
        "internal": "dovecot" if me.pw_uid == 0 else me.pw_name,
        "group": "dovecot" if me.pw_uid == 0 else "",
        "login": "dovenull" if me.pw_uid == 0 else me.pw_name,
    }
    config = CONFIG.format(**values)
    if me.pw_uid != 0:
        config = config.replace("default_internal_group = \n", "")
    (home / "dovecot.conf").write_text(config, encoding="ascii")
    if me.pw_uid == 0:
        for folder in home.parents:  # the temporary folders of tests are their owner's only
            if not folder.stat().st_mode & stat.S_IXOTH:
                folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
        os.chown(home / "mail", owner.pw_uid, owner.pw_gid)
    process = subprocess.Popen([PROGRAM, "-F", "-c", str(home / "dovecot.conf")])
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end:
        try:
            server.session().logout()
        except (OSError, imaplib.IMAP4.error):
            time.sleep(0.1)
        else:
            return server, process
    process.terminate()
    log = home / "log"
    raise RuntimeError(f"Dovecot did not start: {log.read_text()[-2000:] if log.exists() else ''}")


@pytest.fixture
def imap_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImapServer]:
    """Skipped where Dovecot is missing; CI requires it."""
    if PROGRAM is None:
        (pytest.fail if REQUIRED else pytest.skip)(MISSING)
    home = tmp_path / "imap"
    home.mkdir()
    server, process = start(home)
    monkeypatch.setenv("SSL_CERT_FILE", str(home / "cert.pem"))
    yield server
    process.terminate()
    process.wait(10)
