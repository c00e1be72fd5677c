"""A buyer's placements: the checks before a start, the agreement, the register, changes, reviews, the end."""

from django.urls import path

from calloff.web import day_notes, placement_sides
from calloff.web.buyer.placements import agreeing, attending, checking, ending, finding, records, reviewing

P = "placements/<str:reference>"

# fmt: off
urls = [
    path("placements", records.placement_list, name="placements"),
    path("off-site-now", attending.off_site_now, name="off-site-now"),
    path(f"{P}", records.placement, name="placement"),
    *placement_sides.urls(finding.SIDE, P),
    *day_notes.urls(finding.SIDE, P),
    path(f"{P}/before-start", checking.before_start, name="placement-before-start"),
    path(f"{P}/remind/<slug:kind>", checking.remind, name="placement-remind"),
    path(f"{P}/record-visit", checking.record_visit, name="placement-record-visit"),
    path(f"{P}/tell-parent", checking.tell_parent, name="placement-tell-parent"),
    path(f"{P}/tell-authority", checking.tell_authority, name="placement-tell-authority"),
    path(f"{P}/give-direction", checking.give_direction, name="placement-give-direction"),
    path(f"{P}/decide-safeguarding", checking.decide_safeguarding, name="placement-decide-safeguarding"),
    path(f"{P}/keep-risk-plan", checking.keep_risk_plan, name="placement-keep-risk-plan"),
    path(f"{P}/risk-plan/file", checking.risk_plan, name="placement-risk-plan"),
    path(f"{P}/draw-up", agreeing.draw_up, name="placement-draw-up"),
    path(f"{P}/redraw", agreeing.redraw, name="placement-redraw"),
    path(f"{P}/agreement", records.agreement, name="placement-agreement"),
    path(f"{P}/agreement.pdf", records.paper, name="placement-paper"),
    path(f"{P}/send-code", agreeing.send_code, name="placement-send-code"),
    path(f"{P}/agree", agreeing.agree, name="placement-agree"),
    path(f"{P}/agree/done", agreeing.agreed, name="placement-agree-done"),
    path(f"{P}/register", attending.register, name="placement-register"),
    path(f"{P}/close-sessions", attending.close_sessions, name="placement-close-sessions"),
    path(f"{P}/reviews", reviewing.review_list, name="placement-reviews"),
    path(f"{P}/plan-review", reviewing.plan_review, name="placement-plan-review"),
    path(f"{P}/reviews/<int:pk>/hold", reviewing.hold_review, name="placement-hold-review"),
    path(f"{P}/fall-through", ending.fall_through, name="placement-fall-through"),
    path(f"{P}/end", ending.end, name="placement-end"),
    path(f"{P}/end-early", ending.end_early, name="placement-end-early"),
    path(f"{P}/transfer", ending.transfer, name="placement-transfer"),
    path(f"{P}/ending", ending.ending, name="placement-ending"),
    path(f"{P}/follow-ups/<int:weeks>", ending.follow_up, name="placement-follow-up"),
]
# fmt: on
