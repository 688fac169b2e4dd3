"""Rules about the places where people are asked: layers, buttons, and their words."""

from collections.abc import Iterator

from privacy.policy.asking_entries import ButtonEntry, SurfaceEntry
from privacy.policy.document import PolicyDocument
from privacy.policy.lint.catalog import Finding
from privacy.policy.lint.texts import BANNED
from privacy.policy.lint.words import find
from privacy.policy.vocabulary import ButtonAct, ButtonLook

MOST_LAYERS = 2
PAIRS = ((ButtonAct.ACCEPT, ButtonAct.DECLINE), (ButtonAct.ACCEPT_ALL, ButtonAct.DECLINE_ALL))
CHOICES = frozenset(act for pair in PAIRS for act in pair)
NOES = frozenset({ButtonAct.DECLINE, ButtonAct.DECLINE_ALL})


def surface_findings(document: PolicyDocument) -> Iterator[Finding]:
    """What is wrong with each surface, and between them."""
    for surface in document.surfaces:
        where = f"surfaces.{surface.code}"
        if surface.layers > MOST_LAYERS:
            yield Finding("too_many_layers", where, str(surface.layers), line=surface.line)
        if surface.preset:
            yield Finding("preset_on", where, "preset: true", line=surface.line)
        for language in dict.fromkeys(each.language for each in surface.buttons):
            buttons = [each for each in surface.buttons if each.language == language]
            yield from _pairs(surface, buttons, language)
        for button in surface.buttons:
            yield from _words(f"{where}.{button.act}.{button.language}", button)
    yield from _differing(document)


def _pairs(surface: SurfaceEntry, buttons: list[ButtonEntry], language: str) -> Iterator[Finding]:
    where = f"surfaces.{surface.code}"
    by_act = {each.act: each for each in buttons}
    for yes, no in PAIRS:
        accept, decline = by_act.get(yes), by_act.get(no)
        if accept and not decline:
            rule = "later_without_decline" if ButtonAct.LATER in by_act else "no_decline"
            yield Finding(rule, where, accept.label, language, accept.line)
        if accept and decline and _shape(accept) != _shape(decline):
            yield Finding("unequal_buttons", where, f"{accept.label} / {decline.label}", language, decline.line)


def _shape(button: ButtonEntry) -> tuple[str, str, int]:
    return button.look, button.weight, button.layer or 1


def _words(where: str, button: ButtonEntry) -> Iterator[Finding]:
    for rule in BANNED:
        if quote := find(rule, button.label, button.language):
            yield Finding(rule, where, quote, button.language, button.line)
    if button.act in NOES and (quote := find("later", button.label, button.language)):
        yield Finding("later_without_decline", where, quote, button.language, button.line)
    if button.act in CHOICES and button.look == ButtonLook.LINK:
        yield Finding("link_for_button", where, button.label, button.language, button.line)


def _differing(document: PolicyDocument) -> Iterator[Finding]:
    """One act has one label in one language, wherever it stands."""
    seen: dict[tuple[str, str], str] = {}
    for surface in document.surfaces:
        for button in surface.buttons:
            first = seen.setdefault((button.act, button.language), button.label)
            if button.act in CHOICES and first.casefold() != button.label.casefold():
                where = f"surfaces.{surface.code}.{button.act}.{button.language}"
                yield Finding("labels_differ", where, f"{first} / {button.label}", button.language, button.line)
