"""Every path of the site; each app owns its own list."""

from django.contrib.auth import views as auth_views
from django.urls import include, path

from branches.forms import LoginForm

login = auth_views.LoginView.as_view(authentication_form=LoginForm, redirect_authenticated_user=True)

urlpatterns = [
    path("login/", login, name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("", include("core.urls")),
    path("", include("branches.urls")),
    path("", include("ledgers.urls")),
    path("", include("pairing.plans.urls")),
    path("", include("pairing.activities.urls")),
    path("", include("pairing.matching.urls")),
    path("", include("pairing.reviews.urls")),
    path("", include("pairing.agreements.urls")),
    path("", include("pairing.handovers.urls")),
    path("", include("pairing.reports.urls")),
    path("", include("pairing.imports.urls")),
    path("", include("pairing.workbench.urls")),
]
