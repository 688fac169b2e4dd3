from django.urls import URLPattern, URLResolver, path, re_path

from privacy.policy import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("policy/", views.policy, name="policy"),
    re_path(r"^policy/(?P<day>\d{4}-\d{2}-\d{2})/$", views.policy_of, name="policy_of"),
]
