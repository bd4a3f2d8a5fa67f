"""Every path of the site; each app owns its own list."""

from django.contrib.auth import views as auth_views
from django.urls import include, path

urlpatterns = [
    path("login/", auth_views.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("", include("core.urls")),
    path("", include("branches.urls")),
    path("", include("ledgers.urls")),
    path("", include("pairing.plans.urls")),
    path("", include("pairing.activities.urls")),
    path("", include("pairing.matching.urls")),
    path("", include("pairing.reviews.urls")),
    path("", include("pairing.reminders.urls")),
    path("", include("pairing.reports.urls")),
    path("", include("pairing.imports.urls")),
    path("", include("pairing.workbench.urls")),
]
