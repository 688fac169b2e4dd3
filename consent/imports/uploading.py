"""An upload that is sealed while it comes in: Django's own handlers would write it to a folder in clear."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from consent.imports.files import Incoming, StoredFile, remove
from privacy.kernel.errors import InvalidInput


class SealedUpload(UploadedFile):  # type: ignore[type-arg]  # takes no brackets at run time
    """What a form gets: where the sealed file lies, and nothing to read from."""

    def __init__(self, stored: StoredFile) -> None:
        super().__init__(file=None, name="upload", size=stored.size)
        self.stored = stored


class SealingHandler(FileUploadHandler):
    """Takes the first file of a form; a second one is refused. `too_large` tells that it was cut off."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._incoming: Incoming | None = None
        self.stored: StoredFile | None = None
        self.too_large = ""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self._incoming or self.stored:
            raise StopUpload(connection_reset=True)
        self._incoming = Incoming()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self._incoming is not None  # noqa: S101 - for the type checker: new_file came before
        try:
            self._incoming.write(raw_data)
        except InvalidInput as error:
            self.too_large, self._incoming = error.message, None
            raise StopUpload from None

    def file_complete(self, file_size: int) -> SealedUpload | None:
        if self._incoming is None:
            return None
        self.stored, self._incoming = self._incoming.finish(), None
        return SealedUpload(self.stored)

    def upload_interrupted(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Leave nothing: nobody has taken the file."""
        if self._incoming:
            self._incoming.drop()
        if self.stored:
            remove(self.stored.name)
        self._incoming = self.stored = None
