"""Check an export of evidence of consent. Needs Python 3.9 or newer, nothing else, and no network.

    python3 verify.py [FOLDER or ZIP] [--table TABLE.csv]

Everything is read line by line, so that a million decisions need no memory to speak of. The first row that is not
as it was sealed is named, and the exit code is 1.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import sys
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from privacy.kernel.plain_ed25519 import bytes_of, is_signed

GENESIS = "0" * 64
NOTHING: tuple[str, dict[str, Any]] = ("", {})


class Bad(Exception):
    """The first thing that is not as it should be."""


class Source:
    """The files of the export, from a folder or from the archive itself."""

    def __init__(self, path: str) -> None:
        self.archive = zipfile.ZipFile(path) if os.path.isfile(path) else None
        self.path = path

    def open(self, name: str) -> IO[bytes]:
        try:
            return self.archive.open(name) if self.archive else open(os.path.join(self.path, *name.split("/")), "rb")
        except (KeyError, FileNotFoundError):
            raise Bad(f"The file {name} is missing.") from None

    def lines(self, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Place in words, and the object, of every line."""
        with self.open(name) as file:
            for number, line in enumerate(io.TextIOWrapper(file, "utf-8"), 1):
                where = f"{name} line {number}"
                try:
                    yield where, json.loads(line)
                except ValueError:
                    raise Bad(f"{where} cannot be read.") from None

    def whole(self, name: str) -> bytes:
        with self.open(name) as file:
            return file.read()


def digest(values: list[Any]) -> str:
    """SHA-256 of the values in order: the form in which the log hashes."""
    return hashlib.sha256(json.dumps(values, separators=(",", ":")).encode()).hexdigest()


def canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def leaf_of(entry: dict[str, Any]) -> bytes:
    return hashlib.sha256(b"\x00" + f"{entry['id']}:{entry['row_hash']}".encode()).digest()


def root_of(leaves: list[bytes]) -> str:
    """The root of a Merkle tree (RFC 6962) over leaf hashes."""
    level = list(leaves)
    while len(level) > 1:
        paired = [hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = paired + ([level[-1]] if len(level) % 2 else [])
    return level[0].hex() if level else hashlib.sha256().hexdigest()


# --- The checks, in the order in which they are made ---


def read_keys(source: Source) -> dict[str, bytes]:
    keys = json.loads(source.whole("keys.json"))["keys"]
    return {key["kid"]: bytes_of(key["x"]) for key in keys}


def check_texts(source: Source) -> set[tuple[str, str]]:
    """Every text gives its hash. Returns the hashes by purpose."""
    known: set[tuple[str, str]] = set()
    for where, text in source.lines("texts.jsonl"):
        if digest(["notice", text["purpose"], text["language"], text["text"]]) != text["digest"]:
            raise Bad(f"{where}: the text of {text['purpose']} in {text['language']} was altered.")
        known.add((text["purpose"], text["digest"]))
    return known


def check_policies(source: Source) -> dict[str, str]:
    """Every policy gives its hash. Returns the hashes by date."""
    days: dict[str, str] = {}
    for where, policy in source.lines("policies.jsonl"):
        day = policy["policy_on"]
        if hashlib.sha256(source.whole(f"policies/{day}.json")).hexdigest() != policy["digest"]:
            raise Bad(f"{where}: the policy of {day} was altered.")
        days[day] = policy["digest"]
    return days


def seals_of(source: Source) -> Iterator[dict[str, Any]]:
    """Every seal, checked against the one before it."""
    previous, total = GENESIS, 0
    for expected, (where, seal) in enumerate(source.lines("seals.jsonl"), 1):
        if seal["number"] != expected:
            raise Bad(f"{where}: seal {expected} is missing.")
        total += seal["size"]
        values = [seal[name] for name in ("number", "at", "size", "total", "root", "previous")]
        if digest(values) != seal["hash"] or seal["previous"] != previous or seal["total"] != total:
            raise Bad(f"{where}: seal {expected} was altered or does not continue the one before it.")
        previous = seal["hash"]
        yield seal


def sealed_leaves(source: Source) -> Iterator[tuple[int, list[bytes]]]:
    """Seal number and leaves of every seal that the log's entries stand under; passes over the other seals."""
    wanted = iter(source.lines("leaves.jsonl"))
    where, group = next(wanted, NOTHING)
    for seal in seals_of(source):
        if group.get("seal") != seal["number"]:
            continue
        leaves = [bytes.fromhex(leaf) for leaf in group["leaves"]]
        if len(leaves) != seal["size"] or root_of(leaves) != seal["root"]:
            raise Bad(f"{where}: the leaves of seal {seal['number']} do not give its root.")
        yield seal["number"], leaves
        where, group = next(wanted, NOTHING)
    if group:
        raise Bad(f"{where}: there is no seal {group['seal']}.")


def checked_log(source: Source, manifest: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every entry of the log, as it was sealed."""
    names = manifest["log_fields"]
    seals = sealed_leaves(source)
    number, last = 0, -1
    leaves: list[bytes] = []
    for where, entry in source.lines("log.jsonl"):
        if digest([entry[name] for name in names]) != entry["row_hash"]:
            raise Bad(f"{where}: entry {entry['id']} of the log was altered.")
        if entry["seal"] != number:
            number, leaves = next(seals, (0, []))
            last = -1
            if number < entry["seal"]:
                raise Bad(f"{where}: the entries of seal {number} are missing.")
        place = entry["place"]
        if entry["seal"] != number or not last < place < len(leaves) or leaf_of(entry) != leaves[place]:
            raise Bad(f"{where}: entry {entry['id']} is not what seal {entry['seal']} sealed.")
        last = place
        yield where, entry
    for number, _ in seals:
        raise Bad(f"leaves.jsonl: the log holds no entry of seal {number} any more.")


def checked_events(
    source: Source, manifest: dict[str, Any], texts: set[tuple[str, str]], policies: dict[str, str]
) -> Iterator[dict[str, Any]]:
    """Every decision, each with the entry of the log that vouches for it."""
    events = source.lines("events.jsonl")
    for log_where, entry in checked_log(source, manifest):
        if entry["type"] == "policy.published":
            check_published(log_where, entry, policies)
        if not entry["evidence_id"]:
            continue
        where, event = next(events, ("events.jsonl", {}))
        if event.get("id") != entry["evidence_id"]:
            raise Bad(f"{where}: decision {entry['evidence_id']}, which {log_where} names, is missing.")
        fields = manifest["kinds"].get(event["kind"], [])
        values = [event["kind"], event["id"]] + [event[name] for name in fields]
        if not digest(values) == event["row_hash"] == entry["evidence_hash"]:
            raise Bad(f"{where}: decision {event['id']} was altered.")
        if event.get("notice_digest") and (event["purpose"], event["notice_digest"]) not in texts:
            raise Bad(f"{where}: the text that decision {event['id']} names is missing.")
        if event.get("policy_on") and event["policy_on"] not in policies:
            raise Bad(f"{where}: the policy that decision {event['id']} names is missing.")
        yield event
    for where, event in events:
        raise Bad(f"{where}: no entry of the log vouches for decision {event['id']}.")


def check_published(where: str, entry: dict[str, Any], policies: dict[str, str]) -> None:
    """The policy of that date is the one that the log says was published."""
    said = json.loads(entry["payload"])
    if policies.get(said["effective_on"]) != said["digest"]:
        raise Bad(f"{where}: the policy of {said['effective_on']} is not the one that was published.")


def check_checkpoints(source: Source, keys: dict[str, bytes]) -> tuple[int, str]:
    """Every checkpoint is signed, and names a seal as it is. Returns how many, and the last."""
    seals = seals_of(source)
    seal: dict[str, Any] | None = None
    count, last = 0, ""
    for where, point in source.lines("checkpoints.jsonl"):
        signature = bytes_of(point["signature"])
        signed = canonical({name: value for name, value in point.items() if name != "signature"})
        if not is_signed(keys.get(point["key"], b""), signed, signature):
            raise Bad(f"{where}: the checkpoint of {point['at']} is not signed by a key of the export.")
        while seal is None or seal["number"] < point["number"]:
            seal = next(seals, None)
            if seal is None:
                raise Bad(f"{where}: seal {point['number']} is missing: the chain was cut.")
        if seal["number"] != point["number"] or seal["hash"] != point["hash"]:
            raise Bad(f"{where}: seal {point['number']} is another one: the chain was written anew.")
        count, last = count + 1, str(point["at"])
    return count, last


def check_manifest(source: Source, keys: dict[str, bytes], manifest: dict[str, Any]) -> None:
    """Nothing is missing, added or exchanged, and the whole is signed."""
    signature = json.loads(source.whole("manifest.signature.json"))
    if not is_signed(
        keys.get(signature["key"], b""), source.whole("manifest.json"), bytes.fromhex(signature["signature"])
    ):
        raise Bad("manifest.json is not signed by a key of the export.")
    for name, expected in manifest["files"].items():
        found = hashlib.sha256()
        with source.open(name) as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                found.update(block)
        if found.hexdigest() != expected:
            raise Bad(f"The file {name} was altered.")


COLUMNS = [
    "at", "said_at", "subject_id", "purpose", "channel", "status", "previous", "door", "site", "region",
    "actor_kind", "policy_on", "notice_language", "notice_digest", "id",
]  # fmt: skip


def safe(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def verify(path: str, table: IO[str] | None = None) -> list[str]:
    """Check everything; returns the lines to print. Raises Bad at the first fault."""
    source = Source(path)
    manifest = json.loads(source.whole("manifest.json"))
    keys = read_keys(source)
    texts, policies = check_texts(source), check_policies(source)
    writer = csv.writer(table) if table else None
    if writer:
        writer.writerow(COLUMNS)
    count = 0
    for event in checked_events(source, manifest, texts, policies):
        count += 1
        if writer:
            writer.writerow([safe(event.get(name)) for name in COLUMNS])
    checkpoints, last = check_checkpoints(source, keys)
    check_manifest(source, keys, manifest)
    until = f" up to {last}" if last else ""
    said = [f"{count} decisions, {len(texts)} texts, {len(policies)} policies, {checkpoints} checkpoints{until}."]
    said += [f"Key {name}: {key.hex()}" for name, key in sorted(keys.items())]
    said += [f"Compare the key with the one that {manifest['installation']} publishes.", "The export is whole."]
    return said


def main(arguments: list[str]) -> int:
    """Exit code 0 where the export is whole."""
    table = None
    if "--table" in arguments:
        place = arguments.index("--table")
        table = open(arguments[place + 1], "w", newline="", encoding="utf-8")
        arguments = arguments[:place] + arguments[place + 2 :]
    path = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    try:
        for line in verify(path, table):
            print(line)
    except Bad as fault:
        print(f"NOT WHOLE: {fault}")
        return 1
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        print(f"NOT WHOLE: the export cannot be read ({type(error).__name__}: {error}).")
        return 1
    finally:
        if table:
            table.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
