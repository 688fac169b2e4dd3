"""The words beside the evidence of a case: for somebody who has never seen Kept."""

import datetime as dt

TEXT = """\
EVIDENCE OF A SUBJECT REQUEST
=============================

Case {reference}, exported by {base} on {made:%d %B %Y at %H:%M} UTC.
The letters in it name the person. Everything else holds codes, numbers, hashes, and words of our staff.


HOW TO CHECK IT
---------------

You need Python 3.9 or newer and nothing else; the check makes no connection to any network.

    1. Unpack this archive into a folder.
    2. In that folder:   python3 verify.py
    3. It ends with "The evidence is whole." or names every row and file that is not as it was.

Then compare the key that the check prints with the one that the company publishes at
{base}/.well-known/kept-keys.json. Whoever holds that key could make another export; nobody else could.


WHAT IS IN IT
-------------

case.json          The case: how it came, when, how sure we were of who asks, where it stands.
rights.jsonl       What was asked for, the decision about each, its ground and the words of the decision.
history.jsonl      What happened, in order. Each row has the hash that was computed when it was written.
receipts.jsonl     What was erased and kept, in counts; each signed, and chained to the receipt before it.
clocks.jsonl       Every count of a due date, with the law, the calendar, the inputs and the explanation.
approvals.jsonl    Frozen plans of an erasure, who prepared and who approved exactly which (by its hash).
decisions.jsonl    Decisions that a second person had to see: who proposed, who approved or sent back, and whether one
                   person did both a day apart because nobody else could (one pair of eyes).
systems.jsonl      What every system answered, in counts; what people answered for it, and the ground of what stays.
tasks.jsonl        What people did by hand because a system could not: who, how one can see it, and who agreed.
searches.jsonl     Where was looked, by which kinds of identifiers (never a value), and what was found, in counts.
letters.jsonl      What was written, when and how it left; the texts are in letters/.
packages.jsonl     Copies of the data that were put together and handed out: hashes and counts, no data.
maskings.jsonl     What was masked in them or stayed, where, and who decided.
log.jsonl          The entries in the company's log about this case, each with its path in a Merkle tree (RFC 6962)
                   to the root that was sealed.
seals.jsonl        Those seals and the ones after them, up to the next checkpoint. A seal carries the hash of the one
                   before it.
checkpoints.jsonl  Seals that were written outside the database at the time, signed.
keys.json          The public keys.
manifest.json      Every file with its hash, signed.
verify.py          The check. It is short; read it.

It shows that every row of history, receipt and log is as it was when it was sealed, that each history row has its
entry in the log, and that nothing here was changed since the export. It cannot show what happened outside this system.
"""


def readme(*, reference: str, base: str, now: dt.datetime) -> str:
    """The text for this export."""
    return TEXT.format(reference=reference, base=base, made=now)
