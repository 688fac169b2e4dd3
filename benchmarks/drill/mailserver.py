"""The mail server: a real SMTP server in a process of its own that writes down what it accepts.

    python -m benchmarks.drill.mailserver PORT FILE

One JSON line for each accepted mail: Message-ID, recipient, subject, and the paths of its links. It
answers a little late, so that senders die between the acceptance and its answer.
"""

import asyncio
import email
import json
import os
import random
import re
import sys
import threading
from email.message import Message

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

SLOWEST_ANSWER_S = 0.04


class Accepting:
    """Accepts everything; a line is in the file before the sender hears of it."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        mail: Message = email.message_from_bytes(envelope.content if isinstance(envelope.content, bytes) else b"")
        text = (mail.get_payload(decode=True) or b"").decode("utf-8", "replace")  # type: ignore[union-attr]  # our mails are plain text
        line = {
            "id": mail["Message-ID"],
            "to": envelope.rcpt_tos[0],
            "subject": str(mail["Subject"]),
            "links": re.findall(r"https?://[^/\s]+(/\S*)", text),
        }
        os.write(self._file, (json.dumps(line) + "\n").encode())
        await asyncio.sleep(random.uniform(0, SLOWEST_ANSWER_S))
        return "250 OK"


if __name__ == "__main__":
    controller = Controller(Accepting(sys.argv[2]), hostname="127.0.0.1", port=int(sys.argv[1]))
    controller.start()
    threading.Event().wait()
