"""The bytes of an uploaded file, never more than may be kept."""

from django.core.files.uploadedfile import UploadedFile

from privacy.kernel.errors import InvalidInput
from privacy.kernel.rendering.checking import MOST_BYTES


def uploaded(given: "UploadedFile[bytes]") -> bytes:
    """All of it. InvalidInput(file) where it is too large to be looked at."""
    if (given.size or 0) > MOST_BYTES:
        raise InvalidInput("The file is larger than 20 MB. Send it in parts, or scan with fewer dots.", field="file")
    return bytes(given.read())
