"""Every door of the product. Prefixes are stable: people and scripts rely on them."""

from django.urls import include, path

from privacy.console.site import console

urlpatterns = [
    path("", include("privacy.pages.urls")),
    path("", include("privacy.policy.urls")),
    path("", include("consent.urls")),
    path("", include("consent.mailing.urls")),
    path("", include("consent.banner.urls")),
    path("", include("dsr.urls")),
    path("", include("dsr.opendsr.urls")),
    path("", include("privacy.connectors.urls")),
    path("", include("dsr.drp.urls")),
    path("", include("accounts.urls")),
    path("", include("privacy.intake.age_gate.urls")),
    path("", include("privacy.intake.urls")),
    path("", include("privacy.registers.urls")),
    path("", include("privacy.connectors.desks.urls")),
    path("accounts/", include("allauth.urls")),
    path("console/", console.urls),
]

handler400 = "privacy.pages.language.bad_request"
handler403 = "privacy.pages.language.not_allowed"
handler404 = "privacy.pages.language.not_found"
handler500 = "privacy.pages.language.broken"
