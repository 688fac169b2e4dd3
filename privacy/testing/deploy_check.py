"""`python -m privacy.testing.deploy_check`: `check --deploy` as on a production machine, for `make lint`.

No server is needed: the check reads settings and code. Any warning fails it.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from privacy.kernel.keyring import Keyring


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="kept-deploy-") as home:
        keys = Path(home) / "keys.json"
        Keyring.load_or_create(keys)
        environment = {
            "PATH": os.environ["PATH"],
            "KEPT_HOME": home,
            "KEPT_KEYS_FILE": str(keys),
            "KEPT_BASE_URL": "https://privacy.example.com",
            "KEPT_ALLOWED_HOSTS": "privacy.example.com",
            "DATABASE_URL": "postgres://kept@127.0.0.1/kept",
            "REDIS_URL": "redis://127.0.0.1:6379/0",
        }
        command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
        return subprocess.call(command, env=environment)


if __name__ == "__main__":
    sys.exit(main())
