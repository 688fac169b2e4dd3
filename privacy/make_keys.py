"""`python -m privacy.make_keys FILE`: make the keys file of an installation, once."""

import sys
from pathlib import Path

from privacy.kernel.keyring import Keyring

if __name__ == "__main__":
    if len(sys.argv) != 2 or Path(sys.argv[1]).exists():
        sys.exit("usage: python -m privacy.make_keys FILE   (FILE must not exist yet)")
    Keyring.load_or_create(Path(sys.argv[1]))
    sys.stdout.write("Keys made. Keep a copy apart from the database backups.\n")
