"""A letter as a PDF to print and post: the address stands in the window of an envelope, pages are numbered, and the
same letter gives the same bytes.

The font is bundled (`fonts/LICENSE.txt`): DejaVu Sans has Latin with all accents, Greek and Cyrillic. What it lacks is
drawn as an empty box; scripts that join their signs or run from right to left are not set as they should be.
"""

import datetime as dt
import functools
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.utils import translation
from django.utils.translation import gettext as _
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, NextPageTemplate, PageTemplate, Paragraph, Spacer

from dsr.letters.reading import Block, sections
from dsr.letters.words import letter_language, one_line, own_words
from privacy.kernel.spoken_days import day_in_words

FONTS = Path(__file__).parent / "fonts"
PLAIN, BOLD = "DejaVuSans", "DejaVuSans-Bold"
LEFT, RIGHT, BOTTOM = 25 * mm, 20 * mm, 22 * mm
WINDOW_TOP, WINDOW_HEIGHT = 45 * mm, 45 * mm  # of the sheet; DIN 5008 form B, and most windows of a DL envelope
WINDOW_LINES = 8
FIRST_TOP, NEXT_TOP = 105 * mm, 25 * mm


@dataclass(frozen=True, slots=True)
class Printed:
    """What stands on the sheet beside the letter's own text. `address`: the lines of the person's postal address."""

    text: str
    language: str
    reference: str
    sender: str
    address: str
    written_on: dt.date


def letter_pdf(letter: Printed) -> bytes:
    """The letter on A4, in its language."""
    _register_fonts()
    with translation.override(letter_language(letter.language)):
        first = _draw(letter, pages=0)
        count = first[1]
        return _draw(letter, pages=count)[0]


def _draw(letter: Printed, *, pages: int) -> tuple[bytes, int]:
    out = io.BytesIO()
    document = BaseDocTemplate(
        out, pagesize=A4, invariant=1, title=letter.reference, author=one_line(letter.sender), lang=letter.language
    )
    width = A4[0] - LEFT - RIGHT
    document.addPageTemplates(
        [
            PageTemplate("first", [_frame(width, FIRST_TOP)], onPage=_page(letter, pages, is_first=True)),
            PageTemplate("next", [_frame(width, NEXT_TOP)], onPage=_page(letter, pages, is_first=False)),
        ]
    )
    document.build([NextPageTemplate("next"), *_story(letter)])
    return out.getvalue(), int(document.page)


def _frame(width: float, top: float) -> Frame:
    return Frame(
        LEFT, BOTTOM, width, A4[1] - top - BOTTOM, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0
    )


def _page(letter: Printed, pages: int, *, is_first: bool) -> Callable[[Canvas, Any], None]:
    def draw(canvas: Canvas, document: Any) -> None:
        canvas.saveState()
        if is_first:
            _draw_window(canvas, letter)
        canvas.setFont(PLAIN, 8)
        foot = _("Page %(number)s of %(count)s") % {"number": document.page, "count": pages or document.page}
        canvas.drawString(LEFT, 12 * mm, letter.reference)
        canvas.drawRightString(A4[0] - RIGHT, 12 * mm, foot)
        canvas.restoreState()

    return draw


def _draw_window(canvas: Canvas, letter: Printed) -> None:
    top = A4[1] - WINDOW_TOP
    canvas.setFont(PLAIN, 7)
    canvas.drawString(LEFT, top - 4 * mm, one_line(letter.sender))
    canvas.line(LEFT, top - 5.5 * mm, LEFT + 80 * mm, top - 5.5 * mm)
    canvas.setFont(PLAIN, 10)
    lines = [one_line(line) for line in own_words(letter.address).split("\n") if line.strip()]
    for number, line in enumerate(lines[:WINDOW_LINES]):
        canvas.drawString(LEFT, top - (11 + 4.5 * number) * mm, line[:60])
    canvas.drawRightString(A4[0] - RIGHT, A4[1] - WINDOW_TOP - WINDOW_HEIGHT - 4 * mm, day_in_words(letter.written_on))


def _story(letter: Printed) -> list[Any]:
    plain = ParagraphStyle("plain", fontName=PLAIN, fontSize=9.5, leading=13.5, alignment=TA_LEFT, splitLongWords=1)
    item = ParagraphStyle("item", parent=plain, leftIndent=5 * mm, bulletIndent=0)
    head = ParagraphStyle("head", parent=plain, fontName=BOLD, spaceBefore=4 * mm, spaceAfter=1 * mm, keepWithNext=1)
    found: list[Any] = []
    for section in sections(letter.text):
        if section.heading:
            found.append(Paragraph(escape(section.heading), head))
        for block in section.blocks:
            found += [*_lines(block, item if block.is_list else plain), Spacer(1, 2 * mm)]
    return found


def _lines(block: Block, style: ParagraphStyle) -> list[Paragraph]:
    bullet = "•" if block.is_list else None
    return [Paragraph(escape(line).replace("\n", "<br/>"), style, bulletText=bullet) for line in block.lines]


@functools.cache
def _register_fonts() -> None:
    for name in (PLAIN, BOLD):
        pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))
