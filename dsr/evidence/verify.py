"""Check the evidence of a case. Needs Python 3.9 or newer, nothing else, and no network.

    python3 verify.py [FOLDER or ZIP]

Every row and file that is not as it was is named, and the exit code is 1.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from privacy.kernel.plain_ed25519 import bytes_of, is_signed

BLOCK = 1 << 20


class Source:
    """The files of the evidence, from a folder or from the archive itself."""

    def __init__(self, path: str) -> None:
        self.archive = zipfile.ZipFile(path) if os.path.isfile(path) else None
        self.path = path

    def open(self, name: str) -> IO[bytes]:
        return self.archive.open(name) if self.archive else open(os.path.join(self.path, *name.split("/")), "rb")

    def whole(self, name: str) -> bytes:
        with self.open(name) as file:
            return file.read()

    def names(self) -> set[str]:
        if self.archive:
            return {name for name in self.archive.namelist() if not name.endswith("/")}
        found = set()
        for folder, _, files in os.walk(self.path):
            for name in files:
                found.add(os.path.relpath(os.path.join(folder, name), self.path).replace(os.sep, "/"))
        return found

    def lines(self, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Place in words, and the object, of every line."""
        for number, line in enumerate(self.whole(name).splitlines(), 1):
            yield name + " line " + str(number), json.loads(line)


def digest(values: list[Any]) -> str:
    """SHA-256 of the values in order: the form in which rows are hashed."""
    return hashlib.sha256(json.dumps(values, separators=(",", ":")).encode()).hexdigest()


def canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def root_from(entry: dict[str, Any]) -> str:
    """The root that the path of an entry leads to."""
    leaf = (str(entry["id"]) + ":" + str(entry["row_hash"])).encode()
    node = hashlib.sha256(b"\x00" + leaf).digest()
    for side, sibling in entry["proof"]["path"]:
        other = bytes.fromhex(sibling)
        node = hashlib.sha256(b"\x01" + (other + node if side == "left" else node + other)).digest()
    return node.hex()


class Check:
    """Collects what is wrong, and what is not sealed yet."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults: list[str] = []
        self.unsealed = 0
        self.manifest = json.loads(source.whole("manifest.json"))
        self.keys = {key["kid"]: bytes_of(key["x"]) for key in json.loads(source.whole("keys.json"))["keys"]}

    def run(self) -> None:
        vouched = self.log(self.seals())
        self.evidence("history.jsonl", vouched)
        self.evidence("receipts.jsonl", vouched)
        for place, (kind, _) in vouched.items():
            self.faults.append("The " + kind + " row " + place + ", which log.jsonl vouches for, is missing.")
        self.receipts()
        self.letters()
        self.approvals()
        self.files()

    def seals(self) -> dict[int, str]:
        """The root of every seal, each checked against the one before it and against its checkpoint."""
        roots: dict[int, str] = {}
        hashes: dict[int, str] = {}
        for where, seal in self.source.lines("seals.jsonl"):
            number = seal["number"]
            values = [seal[name] for name in ("number", "at", "size", "total", "root", "previous")]
            if digest(values) != seal["hash"] or hashes.get(number - 1, seal["previous"]) != seal["previous"]:
                self.faults.append(where + ": seal " + str(number) + " was altered.")
            roots[number], hashes[number] = seal["root"], seal["hash"]
        pinned = 0
        for where, point in self.source.lines("checkpoints.jsonl"):
            signed = canonical({name: value for name, value in point.items() if name != "signature"})
            if not is_signed(self.keys.get(point["key"], b""), signed, bytes_of(point["signature"])):
                self.faults.append(where + ": the checkpoint is not signed by a key of the export.")
            if hashes.get(point["number"]) != point["hash"]:
                self.faults.append(where + ": seal " + str(point["number"]) + " is missing or another one.")
            pinned = max(pinned, point["number"])
        for number in sorted(roots):
            if number < pinned and number + 1 not in roots and number not in self.pins():
                self.faults.append("seals.jsonl: seal " + str(number + 1) + " is missing.")
        return roots

    def pins(self) -> set[int]:
        return {point["number"] for _, point in self.source.lines("checkpoints.jsonl")}

    def log(self, roots: dict[int, str]) -> dict[str, tuple[str, str]]:
        """Every entry as it was sealed. Returns the evidence that the entries vouch for, with its hash."""
        vouched: dict[str, tuple[str, str]] = {}
        for where, entry in self.source.lines("log.jsonl"):
            number = str(entry["id"])
            if digest([entry[name] for name in self.manifest["log_fields"]]) != entry["row_hash"]:
                self.faults.append(where + ": entry " + number + " of the log was altered.")
            if entry["proof"] is None:
                self.unsealed += 1
            elif root_from(entry) != roots.get(entry["proof"]["seal"]):
                seal = str(entry["proof"]["seal"])
                self.faults.append(where + ": entry " + number + " is not what seal " + seal + " sealed.")
            if entry["evidence_type"] in self.manifest["kinds"]:
                vouched[entry["evidence_id"]] = (entry["evidence_type"], entry["evidence_hash"])
        return vouched

    def evidence(self, name: str, vouched: dict[str, tuple[str, str]]) -> None:
        for where, row in self.source.lines(name):
            fields = self.manifest["kinds"].get(row["table"], [])
            values = [row["table"], row["id"]] + [row[field] for field in fields]
            if digest(values) != row["row_hash"]:
                self.faults.append(where + ": row " + row["id"] + " was altered.")
            if vouched.pop(row["id"], ("", ""))[1] != row["row_hash"]:
                self.faults.append(where + ": no entry of the log vouches for row " + row["id"] + " as it is.")

    def receipts(self) -> None:
        for where, row in self.source.lines("receipts.jsonl"):
            if not is_signed(self.keys.get(row["key_id"], b""), row["body"].encode(), bytes_of(row["signature"])):
                self.faults.append(where + ": the receipt is not signed by a key of the export.")

    def letters(self) -> None:
        for where, row in self.source.lines("letters.jsonl"):
            try:
                found = hashlib.sha256(self.source.whole(row["file"])).hexdigest()
            except (KeyError, OSError):
                self.faults.append(where + ": " + row["file"] + " is missing.")
                continue
            if found != row["sha256"]:
                self.faults.append(where + ": the text of " + row["file"] + " was altered.")

    def approvals(self) -> None:
        for where, row in self.source.lines("approvals.jsonl"):
            approval = row["approval"]
            if approval and approval["digest"] != row["digest"]:
                self.faults.append(where + ": what was approved is not this plan.")

    def files(self) -> None:
        """Nothing is missing, added or exchanged, and the whole is signed."""
        stated = {name: value for name, value in self.manifest.items() if name != "signature"}
        key = self.keys.get(str(stated.get("key")), b"")
        if not is_signed(key, canonical(stated), bytes_of(str(self.manifest.get("signature", "")))):
            self.faults.append("manifest.json is not signed by a key of the export.")
        names = self.source.names()
        listed = self.manifest["files"]
        self.faults += [
            name + " does not belong to the export." for name in sorted(names - set(listed) - {"manifest.json"})
        ]
        for name, expected in sorted(listed.items()):
            if name not in names:
                self.faults.append("The file " + name + " is missing.")
            elif hashlib.sha256(self.source.whole(name)).hexdigest() != expected:
                self.faults.append("The file " + name + " was altered.")


def main(arguments: list[str]) -> int:
    """Exit code 0 where the evidence is whole."""
    path = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    try:
        check = Check(Source(path))
        check.run()
    except (OSError, KeyError, TypeError, ValueError, AttributeError, zipfile.BadZipFile) as error:
        print("NOT WHOLE: the evidence cannot be read (" + type(error).__name__ + ": " + str(error) + ").")
        return 1
    for fault in check.faults:
        print("NOT WHOLE: " + fault)
    if check.faults:
        return 1
    print("Case " + check.manifest["reference"] + ", exported " + check.manifest["made_at"] + ".")
    if check.unsealed:
        print(str(check.unsealed) + " entries were not sealed yet when this was exported.")
    for name, key in sorted(check.keys.items()):
        print("Key " + name + ": " + key.hex())
    print("Compare the key with the one that " + check.manifest["installation"] + " publishes.")
    print("The evidence is whole.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
