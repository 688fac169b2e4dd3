"""Public pages: what people say about us, and who is named as a customer."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from privacy.intake.models import CustomerEntry, Testimonial
from privacy.intake.models.publishing import Publication
from privacy.intake.selectors import public_rows
from privacy.kernel import clock
from privacy.kernel.errors import DomainError
from privacy.kernel.languages import speaks


@speaks
@require_safe
@cache_control(private=True, max_age=5)
def testimonials(request: HttpRequest) -> HttpResponse:
    """Each one with a live grant for exactly its words."""
    return _page(request, Testimonial, "intake/testimonials.html")


@speaks
@require_safe
@cache_control(private=True, max_age=5)
def customers(request: HttpRequest) -> HttpResponse:
    """Each name with a live grant for exactly it."""
    return _page(request, CustomerEntry, "intake/customers.html")


def _page(request: HttpRequest, model: type[Publication], template: str) -> HttpResponse:
    try:
        rows, more = public_rows(model, before=request.GET.get("before", "")[:40], now=clock.now())
    except DomainError:
        raise Http404 from None
    return render(request, template, {"rows": rows, "more": more})
