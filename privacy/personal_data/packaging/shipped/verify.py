"""Check a package of personal data. Needs Python 3.9 or newer, nothing else, and no network.

    python3 verify.py [FOLDER or ZIP]

Every file is compared with the manifest, and the manifest with its signature. What was changed, added or left out
is named, and the exit code is 1.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zipfile
from typing import IO, Any

from privacy.kernel.plain_ed25519 import bytes_of, is_signed

BLOCK = 1 << 20


class Source:
    """The files of a package, from a folder or from the archive itself."""

    def __init__(self, path: str) -> None:
        self.archive = zipfile.ZipFile(path) if os.path.isfile(path) else None
        self.path = path

    def open(self, name: str) -> IO[bytes]:
        return self.archive.open(name) if self.archive else open(os.path.join(self.path, *name.split("/")), "rb")

    def names(self) -> set[str]:
        if self.archive:
            return {name for name in self.archive.namelist() if not name.endswith("/")}
        found = set()
        for folder, _, files in os.walk(self.path):
            for name in files:
                found.add(os.path.relpath(os.path.join(folder, name), self.path).replace(os.sep, "/"))
        return found


def canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def digest_of(source: Source, name: str) -> str:
    found = hashlib.sha256()
    with source.open(name) as file:
        while True:
            block = file.read(BLOCK)
            if not block:
                return found.hexdigest()
            found.update(block)


def faults(source: Source) -> list[str]:
    """What is wrong, in words; nothing where nothing is."""
    names = source.names()
    if "manifest.json" not in names:
        return ["manifest.json is missing."]
    with source.open("manifest.json") as file:
        manifest = json.loads(file.read())
    signature = bytes_of(manifest.pop("signature", ""))
    found = []
    if not is_signed(bytes_of(manifest.get("public_key", "")), canonical(manifest), signature):
        found.append("The signature does not fit the manifest.")
    listed = {each["path"]: each["sha256"] for each in manifest["files"]}
    found += [name + " is not in the manifest." for name in sorted(names - set(listed) - {"manifest.json"})]
    for name, expected in sorted(listed.items()):
        if name not in names:
            found.append(name + " is missing.")
        elif digest_of(source, name) != expected:
            found.append(name + " was changed.")
    return found


def main(arguments: list[str]) -> int:
    """Exit code 0 where the package is whole."""
    path = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    try:
        source = Source(path)
        found = faults(source)
        with source.open("manifest.json") as file:
            manifest = json.loads(file.read())
    except (OSError, KeyError, TypeError, ValueError, AttributeError, zipfile.BadZipFile) as error:
        print("NOT WHOLE: the package cannot be read (" + type(error).__name__ + ").")
        return 1
    for fault in found:
        print("NOT WHOLE: " + fault)
    if found:
        return 1
    print(str(len(manifest["files"])) + " files, " + str(manifest["rows"]) + " rows, made " + manifest["created_at"])
    print("Key " + manifest["key"] + ": " + manifest["public_key"])
    print("Compare the key with the one that the sender publishes. The package is whole.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
