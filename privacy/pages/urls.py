from django.urls import path

from privacy.pages import home
from privacy.pages.demo import views as demo

urlpatterns = [
    path("", home.home, name="home"),
    path("demo/enter/<str:token>/", demo.enter, name="demo_enter"),
    path("demo/as/<slug:key>/", demo.become, name="demo_become"),
    path("demo/mail/", demo.mail, name="demo_mail"),
]
