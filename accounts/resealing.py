"""What of accounts hangs on a key and is no encrypted field, made anew under the primary."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt

from accounts.models import Identifier
from privacy.kernel.blind_index import blind_index
from privacy.kernel.keyring import keyring


def identifier_index(row: Identifier) -> str:
    """The index by which an identifier is found."""
    return blind_index(row.kind, row.value)


def second_factor(row: Authenticator) -> dict[str, Any]:
    """The secrets of a second factor, wherever they stand in its data."""
    made: dict[str, Any] = _again(row.data)
    return made


def _again(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _again(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_again(each) for each in value]
    is_sealed = isinstance(value, str) and value.partition(":")[0] in keyring().keys
    return encrypt(decrypt(value)) if is_sealed else value
