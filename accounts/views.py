"""Pages of the account that allauth does not bring."""

import io

import qrcode
import qrcode.image.svg
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import get_totp_secret
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@login_required
@require_safe
def totp_picture(request: HttpRequest) -> HttpResponse:
    """The picture for an authenticator app, as a page of its own: our content policy allows no data: image."""
    adapter = get_adapter()
    url = adapter.build_totp_url(request.user, get_totp_secret())
    picture = qrcode.make(url, image_factory=qrcode.image.svg.SvgPathFillImage, box_size=12)
    out = io.BytesIO()
    picture.save(out)
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")
