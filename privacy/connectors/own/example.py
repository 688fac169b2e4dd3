"""A whole service that answers Kept's signed questions, to start from: `python example.py SECRET PORT`.

It stands on Python alone. Its people live in a list; yours live in your database.
"""

import base64
import hashlib
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

MINUTES = 5
PEOPLE = [{"id": "1", "email": "dana.demo@example.com"}, {"id": "2", "email": "erik.demo@example.com"}]


def is_signed(headers: Any, text: bytes) -> bool:
    """The Standard Webhooks scheme: a keyed hash of id, time and body, not older than five minutes."""
    message, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "0")
    key = base64.b64decode(sys.argv[1].removeprefix("whsec_"))
    made = base64.b64encode(hmac.digest(key, f"{message}.{at}.".encode() + text, hashlib.sha256)).decode()
    sent = headers.get("webhook-signature", "").split()
    return abs(time.time() - int(at)) < MINUTES * 60 and any(hmac.compare_digest(one, f"v1,{made}") for one in sent)


def answer(question: dict[str, Any]) -> dict[str, Any]:
    emails = {each["value"] for each in question.get("person", []) if each["kind"] == "email"}
    rows = [row for row in PEOPLE if row["email"] in emails]
    if question["ask"] == "find":
        return {"tables": [{"table": "people", "rows": len(rows)}]}
    if question["ask"] == "export":
        return {"rows": [{"table": "people", "category": "identification", "row": row} for row in rows], "next": ""}
    if question["ask"] == "plan" and question["action"] != "erase":
        return {"not_offered": "This service can only erase; write to its team for anything else."}
    if question["ask"] == "plan":
        keys = [row["id"] for row in rows]
        return {"tables": [{"table": "people", "treatment": "delete", "keys": keys}] if keys else []}
    if question["ask"] == "apply":
        here = [row for row in PEOPLE if row["id"] in question["keys"]]
        for row in here:
            PEOPLE.remove(row)
        return {"removed": len(here), "already_done": len(question["keys"]) - len(here)}
    left = {"table": "people", "what": "rows", "why": "beyond the plan", "who": "supplementary approval"}
    return {"residuals": [{**left, "rows": len(rows)}] if rows else []}


class Door(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"]))
        is_ours = is_signed(self.headers, text)
        self.send_response(200 if is_ours else 401)
        self.end_headers()
        self.wfile.write(json.dumps(answer(json.loads(text)) if is_ours else {}).encode())


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[2])), Door).serve_forever()
