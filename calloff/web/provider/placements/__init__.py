"""A provider's placements: staff checks, the register, changes, reviews, notice, the exit report."""

from django.urls import path

from calloff.web.placements import day_notes, pages
from calloff.web.provider.placements import children, lookups, records, register, withdrawal

P = "placements/<str:reference>"

# fmt: off
urls = [
    path("register", register.today, name="register-today"),
    path("register/<str:day>/<slug:session>", register.register, name="register"),
    path("placements", records.placement_list, name="placements"),
    path(f"{P}", records.placement, name="placement"),
    *pages.urls(lookups.SIDE, P),
    *day_notes.urls(lookups.SIDE, P),
    path(f"{P}/pupil", children.pupil, name="placement-pupil"),
    path(f"{P}/protection", children.protection, name="placement-protection"),
    path(f"{P}/confirm-staff-checks", records.confirm_staff_checks, name="placement-confirm-staff-checks"),
    path(f"{P}/withdraw-place", withdrawal.withdraw_place, name="placement-withdraw-place"),
    path(f"{P}/risk-plan/file", records.risk_plan, name="placement-risk-plan"),
    path(f"{P}/reviews", records.review_list, name="placement-reviews"),
    path(f"{P}/ending", records.ending, name="placement-ending"),
    path(f"{P}/exit-report", records.report_exit, name="placement-report-exit"),
]
# fmt: on
