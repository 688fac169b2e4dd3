"""`python -m privacy.make_keys FILE`: make the keys file of an installation, once."""

import sys
from pathlib import Path

from privacy.kernel.keyring import Keyring

if __name__ == "__main__":
    path = Path(sys.argv[1]) if sys.argv[1:] else None
    if path is None or path.exists():
        sys.exit("usage: python -m privacy.make_keys FILE   (FILE must not exist yet)")
    Keyring.load_or_create(path)
    sys.stdout.write("Keys made. Keep a copy apart from the database backups.\n")
