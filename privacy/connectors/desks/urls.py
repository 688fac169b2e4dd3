"""The door of people outside the house who answer."""

from django.urls import path

from privacy.connectors.desks import views

urlpatterns = [path("desks/<str:token>/", views.by_link, name="desk_question")]
