"""Paths of agreements."""

from django.urls import path

from pairing.agreements.views import agreements, steps

urlpatterns = [
    path("pairings/<int:pk>/agreements/new/", agreements.agreement_new, name="agreement_new"),
    path("agreements/<int:pk>/", agreements.agreement_detail, name="agreement_detail"),
    path("agreements/<int:pk>/edit/", agreements.agreement_edit, name="agreement_edit"),
    path("agreements/<int:pk>/clauses/", agreements.agreement_clauses, name="agreement_clauses"),
    path("agreements/<int:pk>/word/", agreements.agreement_word, name="agreement_word"),
    path("agreements/<int:pk>/send/", steps.agreement_send, name="agreement_send"),
    path("agreements/<int:pk>/sign/", steps.agreement_sign, name="agreement_sign"),
    path(
        "agreements/<int:pk>/sign-on-behalf/",
        steps.agreement_sign_on_behalf,
        name="agreement_sign_on_behalf",
    ),
    path("agreements/<int:pk>/terminate/", steps.agreement_terminate, name="agreement_terminate"),
]
