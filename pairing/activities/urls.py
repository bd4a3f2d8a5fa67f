"""Paths of activities."""

from django.urls import path

from pairing.activities.views import activities as views
from pairing.activities.views import rescheduling, steps

urlpatterns = [
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/events/", views.calendar_events, name="calendar_events"),
    path("activities/", views.activity_list, name="activity_list"),
    path("activities/new/", views.activity_new, name="activity_new"),
    path("activities/reschedule/", rescheduling.activity_reschedule, name="activity_reschedule"),
    path("closures/new/", rescheduling.closure_new, name="closure_new"),
    path("closures/<int:pk>/remove/", rescheduling.closure_remove, name="closure_remove"),
    path("activities/<int:pk>/", views.activity_detail, name="activity_detail"),
    path("activities/<int:pk>/move/", steps.activity_move, name="activity_move"),
    path("activities/<int:pk>/cancel/", steps.activity_cancel, name="activity_cancel"),
    path("activities/<int:pk>/lead/", steps.activity_lead, name="activity_lead"),
    path("activities/<int:pk>/correct/", steps.activity_correct, name="activity_correct"),
    path("activities/<int:pk>/record/", views.activity_record, name="activity_record"),
]
