"""How people are named in the feed: by keyed hashes that only the holder of the API key can compute.

The key of the hashes belongs to the row of rotations of an API key, so that a rotation changes no name; two systems
that compare their feeds find no name in common.
"""

import hashlib
import hmac
import uuid
from dataclasses import dataclass

from accounts.models import ApiKey
from privacy.kernel.keyring import keyring


@dataclass(frozen=True, slots=True)
class Names:
    """`key` is hex, and handed to the follower with the snapshot."""

    key: str

    @property
    def audience(self) -> str:
        """For whom a page was made: it tells nothing about the key."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:16]

    def of_identifier(self, kind: str, normalized: str) -> str:
        """HMAC-SHA256 of `kind|identifier` as hex, the identifier in its normal form."""
        return self._mac(f"{kind}|{normalized}")

    def of_subject(self, subject_id: uuid.UUID) -> str:
        """A pseudonym of the person's record."""
        return self._mac(f"person|{subject_id}")[:32]

    def _mac(self, text: str) -> str:
        return hmac.digest(self.key.encode(), text.encode(), "sha256").hex()


def names_for(key_id: uuid.UUID) -> Names:
    """The names for the follower with this API key."""
    family = ApiKey.objects.filter(pk=key_id).values_list("family", flat=True).first()
    return Names(keyring().mac("feed-names", str(family or key_id)))
