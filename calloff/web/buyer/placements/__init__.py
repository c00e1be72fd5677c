"""A buyer's placements: the checks before a start, the agreement, the register, changes, reviews, the end."""

from django.urls import path

from calloff.web.buyer.placements import agreement, attendance, endings, lookups, pre_start_checks, records, reviews
from calloff.web.placements import day_notes, pages

P = "placements/<str:reference>"

# fmt: off
urls = [
    path("placements", records.placement_list, name="placements"),
    path("off-site-now", attendance.off_site_now, name="off-site-now"),
    path(f"{P}", records.placement, name="placement"),
    *pages.urls(lookups.SIDE, P),
    *day_notes.urls(lookups.SIDE, P),
    path(f"{P}/before-start", pre_start_checks.before_start, name="placement-before-start"),
    path(f"{P}/remind/<slug:kind>", pre_start_checks.remind, name="placement-remind"),
    path(f"{P}/record-visit", pre_start_checks.record_visit, name="placement-record-visit"),
    path(f"{P}/tell-parent", pre_start_checks.tell_parent, name="placement-tell-parent"),
    path(f"{P}/tell-authority", pre_start_checks.tell_authority, name="placement-tell-authority"),
    path(f"{P}/give-direction", pre_start_checks.give_direction, name="placement-give-direction"),
    path(f"{P}/decide-safeguarding", pre_start_checks.decide_safeguarding, name="placement-decide-safeguarding"),
    path(f"{P}/keep-risk-plan", pre_start_checks.keep_risk_plan, name="placement-keep-risk-plan"),
    path(f"{P}/risk-plan/file", pre_start_checks.risk_plan, name="placement-risk-plan"),
    path(f"{P}/draw-up", agreement.draw_up, name="placement-draw-up"),
    path(f"{P}/redraw", agreement.redraw, name="placement-redraw"),
    path(f"{P}/agreement", records.agreement, name="placement-agreement"),
    path(f"{P}/agreement.pdf", records.paper, name="placement-paper"),
    path(f"{P}/send-code", agreement.send_code, name="placement-send-code"),
    path(f"{P}/agree", agreement.agree, name="placement-agree"),
    path(f"{P}/agree/done", agreement.agreed, name="placement-agree-done"),
    path(f"{P}/register", attendance.register, name="placement-register"),
    path(f"{P}/close-sessions", attendance.close_sessions, name="placement-close-sessions"),
    path(f"{P}/reviews", reviews.review_list, name="placement-reviews"),
    path(f"{P}/plan-review", reviews.plan_review, name="placement-plan-review"),
    path(f"{P}/reviews/<int:pk>/hold", reviews.hold_review, name="placement-hold-review"),
    path(f"{P}/fall-through", endings.fall_through, name="placement-fall-through"),
    path(f"{P}/end", endings.end, name="placement-end"),
    path(f"{P}/end-early", endings.end_early, name="placement-end-early"),
    path(f"{P}/transfer", endings.transfer, name="placement-transfer"),
    path(f"{P}/ending", endings.ending, name="placement-ending"),
    path(f"{P}/follow-ups/<int:weeks>", endings.follow_up, name="placement-follow-up"),
]
# fmt: on
