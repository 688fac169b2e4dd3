"""Which documents protect which transfers, and which transfers have none."""

import datetime as dt
from collections.abc import Iterator
from functools import partial

from privacy.kernel.sealed_store import SealedStore
from privacy.policy.document import TransferEntry
from privacy.policy.selectors import current_version, document_of, has_policy, today
from privacy.registers.safeguards.models import SafeguardDocument

STORE = SealedStore("safeguards")


def transfers() -> dict[str, TransferEntry]:
    """The transfers of the policy in force, by code."""
    return {each.code: each for each in document_of(current_version()).transfers} if has_policy() else {}


def transfer_words(entry: TransferEntry) -> str:
    """A transfer as staff and people read it."""
    to = entry.recipient.replace("_", " ") or "our own staff"
    return f"{to}: {entry.origin} → {entry.destination}"


def documents_in_force(on: dt.date | None = None) -> list[SafeguardDocument]:
    """What is handed out: in force, not ended, and for a transfer that the policy still has."""
    known = set(transfers())
    rows = SafeguardDocument.objects.filter(ended_at=None, in_force_on__lte=on or today())
    return [row for row in rows if known & set(row.transfers)]


def transfers_without_document() -> list[TransferEntry]:
    """Transfers of which nobody could have a copy."""
    covered = {code for row in documents_in_force() for code in row.transfers}
    return [entry for code, entry in transfers().items() if code not in covered]


def chunks_of(row: SafeguardDocument) -> Iterator[bytes]:
    """The plain bytes. UnreadableValue where the file is gone or altered."""
    return STORE.read(file=row.file, key=row.file_key)


def reader_of(row: SafeguardDocument) -> "partial[Iterator[bytes]]":
    """Opens the document anew each time that it is called."""
    return partial(chunks_of, row)
