"""A buyer's placements: checks before the start, agreement, register, changes, reviews, ending."""

from django.urls import path

from calloff.web.buyer.placements import agreement, attendance, endings, lookups, pre_start_checks, records, reviews
from calloff.web.placements import day_notes, pages

PLACEMENT_PATH = "placements/<str:reference>"

# fmt: off
urls = [
    path("placements", records.placement_list, name="placements"),
    path("off-site-now", attendance.off_site_now, name="off-site-now"),
    path(f"{PLACEMENT_PATH}", records.placement, name="placement"),
    *pages.urls(lookups.BUYER_PLACEMENT_PAGES, PLACEMENT_PATH),
    *day_notes.urls(lookups.BUYER_PLACEMENT_PAGES, PLACEMENT_PATH),
    path(f"{PLACEMENT_PATH}/before-start", pre_start_checks.before_start, name="placement-before-start"),
    path(f"{PLACEMENT_PATH}/remind/<slug:kind>", pre_start_checks.remind, name="placement-remind"),
    path(f"{PLACEMENT_PATH}/record-visit", pre_start_checks.record_visit, name="placement-record-visit"),
    path(f"{PLACEMENT_PATH}/tell-parent", pre_start_checks.tell_parent, name="placement-tell-parent"),
    path(f"{PLACEMENT_PATH}/tell-authority", pre_start_checks.tell_authority, name="placement-tell-authority"),
    path(f"{PLACEMENT_PATH}/give-direction", pre_start_checks.give_direction, name="placement-give-direction"),
    path(f"{PLACEMENT_PATH}/decide-safeguarding", pre_start_checks.decide_safeguarding,
        name="placement-decide-safeguarding"),
    path(f"{PLACEMENT_PATH}/keep-risk-plan", pre_start_checks.keep_risk_plan, name="placement-keep-risk-plan"),
    path(f"{PLACEMENT_PATH}/risk-plan/file", pre_start_checks.risk_plan, name="placement-risk-plan"),
    path(f"{PLACEMENT_PATH}/draw-up", agreement.draw_up, name="placement-draw-up"),
    path(f"{PLACEMENT_PATH}/redraw", agreement.redraw, name="placement-redraw"),
    path(f"{PLACEMENT_PATH}/agreement", records.agreement, name="placement-agreement"),
    path(f"{PLACEMENT_PATH}/agreement.pdf", records.paper, name="placement-paper"),
    path(f"{PLACEMENT_PATH}/send-code", agreement.send_code, name="placement-send-code"),
    path(f"{PLACEMENT_PATH}/agree", agreement.agree, name="placement-agree"),
    path(f"{PLACEMENT_PATH}/agree/done", agreement.agreed, name="placement-agree-done"),
    path(f"{PLACEMENT_PATH}/register", attendance.register, name="placement-register"),
    path(f"{PLACEMENT_PATH}/close-sessions", attendance.close_sessions, name="placement-close-sessions"),
    path(f"{PLACEMENT_PATH}/reviews", reviews.review_list, name="placement-reviews"),
    path(f"{PLACEMENT_PATH}/plan-review", reviews.plan_review, name="placement-plan-review"),
    path(f"{PLACEMENT_PATH}/reviews/<int:pk>/hold", reviews.hold_review, name="placement-hold-review"),
    path(f"{PLACEMENT_PATH}/fall-through", endings.fall_through, name="placement-fall-through"),
    path(f"{PLACEMENT_PATH}/end", endings.end, name="placement-end"),
    path(f"{PLACEMENT_PATH}/end-early", endings.end_early, name="placement-end-early"),
    path(f"{PLACEMENT_PATH}/transfer", endings.transfer, name="placement-transfer"),
    path(f"{PLACEMENT_PATH}/ending", endings.ending, name="placement-ending"),
    path(f"{PLACEMENT_PATH}/follow-ups/<int:weeks>", endings.follow_up, name="placement-follow-up"),
]
# fmt: on
