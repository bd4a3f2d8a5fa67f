"""Paths of reviews."""

from django.urls import path

from pairing.reviews import views

urlpatterns = [
    path("reviews/", views.review_list, name="review_list"),
    path("reviews/<int:pk>/", views.review_detail, name="review_detail"),
    path("reviews/<int:pk>/record/", views.review_record, name="review_record"),
    path("action-items/<int:pk>/done/", views.action_item_done, name="action_item_done"),
]
