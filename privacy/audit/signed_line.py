"""Lines outside the database that one of this installation's keys signed."""

import base64
from dataclasses import asdict, replace
from typing import Self

from cryptography.exceptions import InvalidSignature

from privacy.kernel.canonical import canonical_json
from privacy.kernel.keyring import keyring


class SignedLine:
    """What a dataclass needs to be signed: `key` names the key, `signature` covers every other field."""

    __slots__ = ()
    key: str
    signature: str

    def signed(self) -> Self:
        """The same with the signature of its key."""
        signature = keyring().signing_key().sign(self._signed_text())
        return replace(self, signature=base64.b64encode(signature).decode())  # type: ignore[type-var]  # a dataclass

    def is_authentic(self) -> bool:
        """Whether one of this installation's keys signed it."""
        public = keyring().public_keys().get(self.key)
        if public is None:
            return False
        try:
            public.verify(base64.b64decode(self.signature), self._signed_text())
        except (InvalidSignature, ValueError):
            return False
        return True

    def _signed_text(self) -> bytes:
        values = asdict(self)  # type: ignore[call-overload]  # a dataclass
        del values["signature"]
        return canonical_json(values).encode()
