"""The words of the export: for somebody at an authority who has never seen Kept."""

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings

from consent.export.rows import Scope
from privacy.kernel import clock

if TYPE_CHECKING:
    from consent.export.package import ExportSummary

TEXT = """\
EVIDENCE OF CONSENT
===================

Made by {base} on {made:%d %B %Y at %H:%M} UTC.
It holds {events} decisions {whose} from {since:%d %B %Y} up to and with {until:%d %B %Y}
(days of {zone}; times in the files are in UTC).
Nobody is named in it: people are numbers ("subject_id"). {who}


HOW TO CHECK IT
---------------

You need Python 3.9 or newer and nothing else; the check makes no connection to any network.

    1. Unpack this archive into a folder.
    2. In that folder:   python3 verify.py
    3. It ends with "The export is whole." or names the first row that is not, and what is wrong with it.

    python3 verify.py --table TABLE.csv   writes the checked decisions as a table for a spreadsheet.

Then compare the key that the check prints with the one that the company publishes at
{base}/.well-known/kept-keys.json, or with one that you were given before. Whoever holds that key could make
another export; nobody else could.


WHAT IS IN IT
-------------

events.jsonl       One decision a line: when ("at"; "said_at" where the person said it earlier than it was
                   written down), who (a number), about which purpose and channel, what ("status") and what
                   stood before ("previous"), through which door (signed in, a mailed link, one click in a
                   mail, an agent, a signal of the browser ...), on which site, and the hash of the text that
                   was shown with its language and the date of the policy.
texts.jsonl        The texts that were shown, with the hash by which a decision names its text.
policies/          Every version of the privacy policy as data: purposes with their legal basis, categories of
                   data, recipients, how long data is kept, rights, addresses. policies.jsonl lists them.
log.jsonl          For each decision the entry in the company's log that was written with it, with the hash of
                   the decision, and its place under a seal. Also the publishing of each policy.
leaves.jsonl       The hashes of all entries of those seals, in order.
seals.jsonl        The chain of seals. A seal fixes a group of entries (a Merkle tree), and carries the hash of
                   the seal before it. Whoever changes one entry must change every later seal.
checkpoints.jsonl  Seals written outside the database at the time and signed: one for each day. They pin the
                   chain: it cannot be written anew without them.
aliases.jsonl      Numbers that turned out to be one person, and since when.
keys.json          The public keys.
manifest.json      What belongs to this export, with the hash of each file, signed in manifest.signature.json.
verify.py          The check. It is short; read it.


WHAT THE CHECK SHOWS, AND WHAT IT CANNOT
----------------------------------------

It shows that every decision, text and policy here is as it was when it was sealed; that each decision has its
text and its policy; that no seal is missing; and who signed. "status" reads: given, refused, withdrawn, objected
(Article 21), overruled (a compelling ground against an objection), permitted (an objection lifted), requested
(asked, not confirmed yet: no consent), expired, proven (soft opt-in), paused, slowed, resumed.

It cannot show that a person really is who they said, or what happened outside this system. That an export for a
time or a person is complete rests on the company's word: the log also holds entries about other things, and
those are only here as hashes.
"""


def readme(summary: "ExportSummary", scope: Scope, *, now: dt.datetime) -> str:
    """The text for this export."""
    is_one = scope.subject_ids is not None
    return TEXT.format(
        base=settings.KEPT_BASE_URL,
        made=now,
        events=summary.events,
        whose="of one person" if is_one else "of everybody",
        since=clock.local_date(scope.since, settings.KEPT_TIME_ZONE),
        until=clock.local_date(scope.until - dt.timedelta(microseconds=1), settings.KEPT_TIME_ZONE),
        zone=settings.KEPT_TIME_ZONE,
        who="All numbers here are one person." if is_one else "aliases.jsonl says which numbers are one person.",
    )
