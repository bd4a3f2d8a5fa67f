"""Paths of core."""

from django.urls import path

from core import views

urlpatterns = [
    path("notifications/", views.notification_list, name="notification_list"),
    path("notifications/read-all/", views.notification_read_all, name="notification_read_all"),
    path("notifications/<int:pk>/open/", views.notification_open, name="notification_open"),
    path("manage/deliveries/", views.delivery_list, name="delivery_list"),
    path("manage/deliveries/<int:pk>/resend/", views.delivery_resend, name="delivery_resend"),
    path("manage/deliveries/<int:pk>/settle/", views.delivery_settle, name="delivery_settle"),
    path("manage/audit/", views.audit_list, name="audit_list"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
