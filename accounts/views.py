"""Pages of the account that allauth does not bring."""

import io
from typing import Any

from allauth.account.views import ConfirmEmailView
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import get_totp_secret
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from qrcode.image.svg import SvgPathFillImage
from qrcode.main import QRCode

from accounts.current import signed_in_user
from accounts.models import User
from accounts.services import rename_user
from privacy.kernel import clock
from privacy.kernel.actors import Actor
from privacy.kernel.languages import speaks


@never_cache
@login_required
@require_safe
def totp_picture(request: HttpRequest) -> HttpResponse:
    """The picture for an authenticator app, as a page of its own: our content policy allows no data: image."""
    adapter = get_adapter()
    url = adapter.build_totp_url(signed_in_user(request), get_totp_secret())
    code = QRCode(box_size=12, image_factory=SvgPathFillImage)
    code.add_data(url)  # type: ignore[no-untyped-call]  # qrcode is typed in part
    out = io.BytesIO()
    code.make_image().save(out)  # type: ignore[no-untyped-call]  # as above
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


class ConfirmEmail(ConfirmEmailView):
    """allauth's page; but a second press of its button leads to the sentence that explains, not to a bare 404."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer: HttpResponse = super().post(request, *args, **kwargs)
        except Http404:
            return redirect(request.path)
        return answer


class NameForm(forms.Form):
    """How somebody wants to be addressed."""

    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=User._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"max_length": _("Shorten your name to %(limit_value)d characters.")},
    )


@speaks
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def name(request: HttpRequest) -> HttpResponse:
    """Change one's own name."""
    user = signed_in_user(request)
    if request.method != "POST":
        return render(request, "accounts/name.html", {"form": NameForm(initial={"name": user.name})})
    form = NameForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/name.html", {"form": form}, status=400)
    actor = Actor.subject(user.subject_id, via="account")
    rename_user(user=user, name=form.cleaned_data["name"], actor=actor, now=clock.now())
    messages.success(request, _("Your name is saved.") if form.cleaned_data["name"] else _("Your name is removed."))
    return redirect("my_data")
