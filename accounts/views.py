"""Pages of the account that allauth does not bring."""

import io

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import get_totp_secret
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from qrcode.image.svg import SvgPathFillImage
from qrcode.main import QRCode

from accounts.current import signed_in_user


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
