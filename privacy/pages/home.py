"""The first page: in the demo it plays the story, otherwise it says what can be done here."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from privacy.kernel.languages import MAIN, speaks
from privacy.pages.demo.guard import is_demo_visitor
from privacy.pages.demo.story import story_so_far


@speaks
@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Everything here is for everybody; the story shows demo people only."""
    if is_demo_visitor(request):
        request.speaks = False  # type: ignore[attr-defined]  # a mark of our own: the demo tells its story in English
        with translation.override(MAIN):
            return render(request, "pages/demo/story.html", {"story": story_so_far()})
    return render(request, "pages/home.html")
