"""Which site asks: by its public key, and from an address that the policy names for it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from privacy.kernel.errors import InvalidInput, NotAllowed, NotFound
from privacy.policy.rows import public_key
from privacy.policy.selectors import current_version, document_of


@dataclass(frozen=True, slots=True)
class Asking:
    """A site of the policy in force."""

    slug: str
    label: str
    host: str
    key: str


def sites_by_key() -> dict[str, Asking]:
    """Every site; empty where no policy is in force. One query."""
    try:
        rows = document_of(current_version()).sites
    except NotFound:
        return {}
    keys = {each.code: public_key(each.code) for each in rows}
    return {keys[each.code]: Asking(each.code, each.label, each.host, keys[each.code]) for each in rows}


def site_of_key(key: str) -> Asking:
    """InvalidInput(site) for a key that no site of the policy has."""
    found = sites_by_key().get(key)
    if found is None:
        raise InvalidInput("This is no site of ours. Copy its key from `manage.py embed`.", field="site")
    return found


def check_origin(request: HttpRequest, site: Asking) -> str:
    """The origin that a browser says it acts for. It must be the site's own, or ours.

    Raises NotAllowed otherwise: a page of somebody else must not choose for its visitors, nor read their choices.
    """
    origin = request.headers.get("Origin", "")
    parts = urlsplit(origin)
    ours = {f"{request.scheme}://{request.get_host()}", settings.KEPT_BASE_URL}
    own = {site.host, f"www.{site.host}"}
    is_own = parts.scheme == "https" and parts.netloc in own
    if origin not in {*ours, *settings.KEPT_BANNER_ORIGINS} and not is_own:
        raise NotAllowed("This page is not one of the site's own.", code="origin")
    return origin
