"""Every route of the site. Only this module, `api_urls` and the settings name every app."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, include, path

from arbitrage_site import sign_in

handler400 = "arbitrage_site.problem.bad_request"
handler403 = "arbitrage_site.problem.permission_denied"
handler404 = "arbitrage_site.errors.not_found"
handler500 = "arbitrage_site.problem.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("arbitrage_site.api_urls")),
    path("", include("arbitrage.urls")),
    path("", include("products.urls")),
    path("", include("ingestion.urls")),
    path("login/", sign_in.limited(LoginView.as_view()), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/login/", sign_in.limited(admin.site.login)),
    path("admin/", admin.site.urls),
]
