"""A letter's text as headings, lines and lists, for the page and the PDF. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Section:
    """What stands under one heading; the first of a letter has none."""

    heading: str = ""
    blocks: list["Block"] = field(default_factory=list)


@dataclass(slots=True)
class Block:
    """Lines that belong together: a list, or a paragraph."""

    is_list: bool
    lines: list[str]


def sections(text: str) -> list[Section]:
    """The letter in parts. A line in capitals after an empty one is a heading; `- ` begins an item of a list, and two
    spaces carry it on."""
    found = [Section()]
    for group in _groups(text):
        lines = group
        if is_heading(lines[0]):
            found.append(Section(lines[0]))
            lines = lines[1:]
        found[-1].blocks += _blocks(lines)
    return [section for section in found if section.heading or section.blocks]


def is_heading(line: str) -> bool:
    """Whether a line is in capitals throughout."""
    return line == line.upper() and any(sign.isalpha() for sign in line) and not line.startswith("- ")


def _groups(text: str) -> Iterator[list[str]]:
    group: list[str] = []
    for line in text.splitlines():
        if line.strip():
            group.append(line)
        elif group:
            yield group
            group = []
    if group:
        yield group


def _blocks(lines: list[str]) -> list[Block]:
    found: list[Block] = []
    for line in lines:
        is_item = line.startswith("- ")
        if found and found[-1].is_list and line.startswith("  "):
            found[-1].lines[-1] += f"\n{line.strip()}"
        elif found and found[-1].is_list is is_item:
            found[-1].lines.append(line.removeprefix("- "))
        else:
            found.append(Block(is_item, [line.removeprefix("- ")]))
    return found
