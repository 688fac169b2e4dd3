"""Files that strangers send: only images and PDF, told by their content, and shown only as pictures made anew.

Nobody is ever handed the file itself. It is opened in a process of its own, which holds no key, no database and no
file, and which the kernel stops when it takes too much memory or time.
"""

from privacy.kernel.rendering.checking import check_upload
from privacy.kernel.rendering.image_pdf import write_pdf
from privacy.kernel.rendering.kinds import Kind
from privacy.kernel.rendering.reading import Mark, Page, Word, paint_pages, read_words, render_pages

__all__ = ["Kind", "Mark", "Page", "Word", "check_upload", "paint_pages", "read_words", "render_pages", "write_pdf"]
