"""Paths of plans."""

from django.urls import path

from pairing.plans.views import (
    claim_answers,
    claims,
    hall,
    on_behalf,
    order_forms,
    order_steps,
    orders,
    pairings,
    solved,
)

urlpatterns = [
    path("pairings/", pairings.pairing_list, name="pairing_list"),
    path("pairings/new/", pairings.pairing_new, name="pairing_new"),
    path("pairings/<int:pk>/edit/", pairings.pairing_edit, name="pairing_edit"),
    path("pairings/<int:pk>/end/", pairings.pairing_end, name="pairing_end"),
    path("claims/", claims.claim_list, name="claim_list"),
    path("claims/new/", claims.claim_new, name="claim_new"),
    path("claims/<int:pk>/", claims.claim_detail, name="claim_detail"),
    path("claims/joint/", claims.claim_joint, name="claim_joint"),
    path("claims/<int:pk>/accept/", claim_answers.claim_accept, name="claim_accept"),
    path("claims/<int:pk>/counter/", claim_answers.claim_counter, name="claim_counter"),
    path("claims/<int:pk>/decline/", claim_answers.claim_decline, name="claim_decline"),
    path(
        "claims/<int:pk>/accept-on-behalf/", on_behalf.claim_accept_on_behalf, name="claim_accept_on_behalf"
    ),
    path("claims/<int:pk>/withdraw/", claim_answers.claim_withdraw, name="claim_withdraw"),
    path("solved-problems/", solved.solved_problem_list, name="solved_problem_list"),
    path("solved-problems/new/", solved.solved_problem_new, name="solved_problem_new"),
    path("hall/", hall.hall_list, name="hall_list"),
    path("hall/<int:pk>/", hall.hall_detail, name="hall_detail"),
    path("hall/<int:pk>/assign/", hall.hall_assign, name="hall_assign"),
    path("hall/<int:pk>/urge/", hall.hall_urge, name="hall_urge"),
    path("hall/<int:pk>/open/", hall.hall_open, name="hall_open"),
    path("plan-orders/", orders.plan_order_list, name="plan_order_list"),
    path("plan-orders/<int:pk>/", orders.plan_order_detail, name="plan_order_detail"),
    path("plan-orders/new/", order_forms.plan_order_new, name="plan_order_new"),
    path("plan-orders/<int:pk>/edit/", order_forms.plan_order_edit, name="plan_order_edit"),
    path("plan-orders/<int:pk>/changes/new/", order_forms.change_request_new, name="change_request_new"),
    path(
        "plan-orders/<int:pk>/changes/<int:change_pk>/accept/",
        order_forms.change_request_accept,
        name="change_request_accept",
    ),
    path(
        "plan-orders/<int:pk>/changes/<int:change_pk>/decline/",
        order_forms.change_request_decline,
        name="change_request_decline",
    ),
    path(
        "plan-orders/<int:pk>/changes/<int:change_pk>/withdraw/",
        order_forms.change_request_withdraw,
        name="change_request_withdraw",
    ),
    path(
        "plan-orders/<int:pk>/changes/<int:change_pk>/answer-on-behalf/",
        on_behalf.change_request_answer_on_behalf,
        name="change_request_answer_on_behalf",
    ),
    path("plan-orders/<int:pk>/confirm/", order_steps.plan_order_confirm, name="plan_order_confirm"),
    path(
        "plan-orders/<int:pk>/confirm-on-behalf/",
        on_behalf.plan_order_confirm_on_behalf,
        name="plan_order_confirm_on_behalf",
    ),
    path(
        "plan-orders/<int:pk>/accept-on-behalf/",
        on_behalf.plan_order_accept_on_behalf,
        name="plan_order_accept_on_behalf",
    ),
    path("on-behalf/<int:pk>/scan/", on_behalf.on_behalf_scan, name="on_behalf_scan"),
    path("plan-orders/<int:pk>/hand-in/", order_steps.plan_order_hand_in, name="plan_order_hand_in"),
    path("plan-orders/<int:pk>/accept/", order_steps.plan_order_accept, name="plan_order_accept"),
    path("plan-orders/<int:pk>/return/", order_steps.plan_order_return, name="plan_order_return"),
    path("plan-orders/<int:pk>/cancel/", order_steps.plan_order_cancel, name="plan_order_cancel"),
    path("plan-orders/<int:pk>/tasks/<int:task_pk>/done/", order_steps.plan_task_done, name="plan_task_done"),
]
