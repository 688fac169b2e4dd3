"""Pages of the signed-in person's account; sign-in itself is allauth's at /accounts/."""

from django.urls import path, re_path
from django.views.generic import RedirectView

from accounts import views
from accounts.logins import views as logins

urlpatterns = [
    path("accounts/second-factor/picture.svg", views.totp_picture, name="totp_picture"),
    re_path(r"^accounts/confirm-email/(?P<key>[-:\w]+)/$", views.ConfirmEmail.as_view()),  # before allauth's own
    path("accounts/name/", views.name, name="account_name"),
    path("logins/", logins.history, name="logins"),
    path("logins/end-others/", logins.end_others, name="login_end_others"),
    path("logins/<uuid:pk>/end/", logins.end, name="login_end"),
    path("accounts/sessions/", RedirectView.as_view(pattern_name="logins")),  # one page for both
]
