"""Figures and words of the console, as staff read them."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def rate(value: float | None) -> str:
    """A part of the whole in percent; a dash where there is nothing to divide by."""
    return "–" if value is None else f"{value:.1%}"


@register.filter
def of_them(words: str) -> str:
    """What the person reads about themself, as staff read it: "you, signed in" is the person, signed in."""
    return words.replace("your ", "the person’s ").replace("you", "the person")


@register.filter
def word(code: str, words: Mapping[str, str]) -> str:
    """The words for a code; the code where there are none."""
    return words.get(code, code)
