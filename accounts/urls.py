"""Pages of the signed-in person's account; sign-in itself is allauth's at /accounts/."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("accounts/second-factor/picture.svg", views.totp_picture, name="totp_picture"),
]
