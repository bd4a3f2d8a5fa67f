"""Paths of branches."""

from django.urls import path

from branches.views import account, branches, users, working_days

urlpatterns = [
    path("account/", account.account, name="account"),
    path("account/password/", account.password_change, name="password_change"),
    path("branches/<int:pk>/", branches.branch_detail, name="branch_detail"),
    path("manage/branches/", branches.branch_list, name="branch_list"),
    path("manage/branches/new/", branches.branch_new, name="branch_new"),
    path("manage/branches/<int:pk>/edit/", branches.branch_edit, name="branch_edit"),
    path("manage/branches/<int:pk>/dissolve/", branches.branch_dissolve_page, name="branch_dissolve"),
    path("manage/users/", users.user_list, name="user_list"),
    path("manage/users/new/", users.user_new, name="user_new"),
    path("manage/users/<int:pk>/edit/", users.user_edit, name="user_edit"),
    path("manage/users/<int:pk>/deactivate/", users.user_deactivate_page, name="user_deactivate"),
    path("manage/users/<int:pk>/activate/", users.user_activate_page, name="user_activate"),
    path("manage/users/<int:pk>/reset-password/", users.user_reset, name="user_reset_password"),
    path("manage/users/<int:user_pk>/memberships/new/", users.membership_new, name="membership_new"),
    path("manage/memberships/<int:pk>/end/", users.membership_end_page, name="membership_end"),
    path("manage/working-days/", working_days.working_day_list, name="working_day_list"),
    path("manage/working-days/<int:pk>/delete/", working_days.working_day_remove, name="working_day_remove"),
]
