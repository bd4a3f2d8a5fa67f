"""Paths of core."""

from django.urls import path

from core import views
from core.attachments import views as attachments

urlpatterns = [
    path("notifications/", views.notification_list, name="notification_list"),
    path("notifications/read-all/", views.notification_read_all, name="notification_read_all"),
    path("notifications/<int:pk>/open/", views.notification_open, name="notification_open"),
    path("attachments/<slug:kind>/<int:pk>/add/", attachments.attachment_add, name="attachment_add"),
    path("attachments/<int:pk>/", attachments.attachment_file, name="attachment_file"),
    path("attachments/<int:pk>/picture/", attachments.attachment_picture, name="attachment_picture"),
    path("attachments/<int:pk>/thumbnail/", attachments.attachment_thumbnail, name="attachment_thumbnail"),
    path("attachments/<int:pk>/remove/", attachments.attachment_remove, name="attachment_remove"),
    path("manage/deliveries/", views.delivery_list, name="delivery_list"),
    path("manage/deliveries/<int:pk>/resend/", views.delivery_resend, name="delivery_resend"),
    path("manage/deliveries/<int:pk>/settle/", views.delivery_settle, name="delivery_settle"),
    path("manage/audit/", views.audit_list, name="audit_list"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
