"""A file that comes in stays in memory: Django's own handler writes larger ones to the disk, in clear; and it is looked
at before anything is stored, by its content and by the virus scanner where one is configured."""

import io

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from privacy.kernel.rendering.checking import MOST_BYTES, check_upload
from privacy.kernel.rendering.kinds import Kind
from privacy.kernel.virus_scan import scan


class InMemory(FileUploadHandler):
    """Keeps one byte more than a file may have, so that what is too large is seen to be so; the rest is dropped."""

    def new_file(self, *args: object, **kwargs: object) -> None:
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]  # Django's own arguments, passed on
        self._body = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._body.write(raw_data[: max(0, MOST_BYTES + 1 - start)])

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self._body.seek(0)
        size = min(file_size, MOST_BYTES + 1)
        return InMemoryUploadedFile(
            self._body, self.field_name, self.file_name or "file", self.content_type, size, self.charset
        )


def checked_upload(data: bytes, *, name: str) -> tuple[Kind, str]:
    """What an image or a PDF is, and the scanner's word on it. Raises InvalidInput(file) for anything else."""
    return check_upload(data, name=name), scan(data, address=settings.KEPT_CLAMD)
