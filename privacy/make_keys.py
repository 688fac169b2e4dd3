"""The keys file of an installation.

`python -m privacy.make_keys FILE` makes it, once. A new key comes in three steps, each followed by a copy of the
file to every machine and a restart there: `--add` makes it, `--use ID` seals under it from then on, and when `manage.py
rotate_keys` says that the old one may go, `--drop ID` takes it out.
"""

import argparse
import sys
from pathlib import Path

from privacy.kernel.keyring import Keyring


def main(arguments: list[str]) -> str:
    """Do what was asked; the sentence to say about it. SystemExit where it cannot be."""
    parser = argparse.ArgumentParser(prog="python -m privacy.make_keys", description="The keys of an installation.")
    parser.add_argument("file", type=Path)
    act = parser.add_mutually_exclusive_group()
    act.add_argument("--add", action="store_true", help="add a fresh key; nothing is sealed under it yet")
    act.add_argument("--use", metavar="ID", help="seal under this key from now on")
    act.add_argument("--drop", metavar="ID", help="take an old key out; what it signed stays provable")
    given = parser.parse_args(arguments)
    if not (given.add or given.use or given.drop):
        if given.file.exists():
            parser.error("FILE must not exist yet; --add puts another key into it")
        Keyring.load_or_create(given.file)
        return "Keys made. Keep a copy apart from the database backups."
    try:
        return _change(Keyring.load(given.file), given)
    except KeyError as missing:
        parser.error(f"{missing.args[0]} is not in the file, or it is the key in use")
    except (OSError, ValueError) as error:
        parser.error(f"the keys file cannot be used ({type(error).__name__})")


def _change(ring: Keyring, given: argparse.Namespace) -> str:
    if given.add:
        new, ring = ring.with_key()
        said = f"{new} is added. Copy the file to every machine and restart them; then --use {new}."
    elif given.use:
        ring = ring.using(given.use)
        said = f"{given.use} is in use. Copy the file to every machine, restart them, then run manage.py rotate_keys."
    else:
        ring = ring.without(given.drop)
        said = f"{given.drop} is out. Keep an old copy of the file as long as backups from before the change exist."
    ring.save(given.file)
    return said


if __name__ == "__main__":
    sys.stdout.write(f"{main(sys.argv[1:])}\n")
