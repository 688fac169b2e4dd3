"""What the demo adds to pages."""

from typing import Any

from django import template

from privacy.pages.demo.codes import code_for_page

register = template.Library()


@register.inclusion_tag("pages/demo/_code.html", takes_context=True)
def demo_code(context: dict[str, Any]) -> dict[str, Any]:
    """The second factor of the demo person who signs in on this page."""
    request = context.get("request")
    found = code_for_page(request) if request is not None else None
    return {"name": found[0], "code": found[1]} if found else {}
