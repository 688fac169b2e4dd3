"""The words beside the files of a package, for whoever opens it with a program."""

import datetime as dt
from collections.abc import Set as AbstractSet

HEAD = """\
A PACKAGE OF PERSONAL DATA
==========================

Made on {made:%d %B %Y at %H:%M} UTC. Open index.html in a browser to read it; it needs no network.
"""
ACCESS = """
A COPY OF EVERYTHING (Article 15 GDPR)

data/SYSTEM/COLLECTION.json   Every row that a system holds, as a list of objects.
data/SYSTEM/COLLECTION.csv    The same as a table. A text that a spreadsheet would take for a formula begins with '.
information.json              What the data is used for, where it comes from, who received it, how long it is kept,
                              which rights there are and where to complain.
"""
PORTABILITY = """
DATA TO TAKE ALONG (Article 20 GDPR)

{folder}/ holds what the person provided or what was observed while they used the service, where that rests on their
consent or on a contract. Left out, and counted in manifest.json under left_out: "basis" rests on something else,
"derived" was worked out by the company, "not_provided" came from somebody else.
"""
SAFEGUARDS = """
SAFEGUARDS OF TRANSFERS

documents/ holds copies of what protects data that is sent to other countries.
"""
TAIL = """
FOR PROGRAMS

schemas/        A JSON schema (draft 2020-12) of each collection, of manifest.json and of information.json.
attachments/    Files. A row names its file in "attachment": the name in attachments/ is the SHA-256 of its content.
manifest.json   Every file with its SHA-256, what each system answered, and a signature (Ed25519 over the canonical
                JSON of the rest: sorted keys, no spaces, ASCII). "complete": false means that a system did not answer.

Names of columns stay as they are from one package to the next. Times are UTC as 2026-01-31T09:30:00.000000Z; a time
without a zone stands as the system has it. Days are 2026-01-31.

CHECK IT

    python3 verify.py

names every file that was changed, added or left out. It needs Python 3.9 or newer and nothing else.
"""


def readme(contents: AbstractSet[str], now: dt.datetime) -> str:
    """The text for a package with these contents."""
    parts = [HEAD.format(made=now)]
    if "access" in contents:
        parts.append(ACCESS)
    if "portability" in contents:
        parts.append(PORTABILITY.format(folder="portable" if "access" in contents else "data"))
    if "safeguards" in contents:
        parts.append(SAFEGUARDS)
    return "".join([*parts, TAIL])
