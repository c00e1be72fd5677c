"""A provider's placements: staff checks, register, changes, reviews, notice, exit report."""

from django.urls import path

from calloff.web.placements import day_notes, pages
from calloff.web.provider.placements import children, lookups, records, register, withdrawal

PLACEMENT_PATH = "placements/<str:reference>"

# fmt: off
urls = [
    path("register", register.today, name="register-today"),
    path("register/<str:day>/<slug:session>", register.register, name="register"),
    path("placements", records.placement_list, name="placements"),
    path(f"{PLACEMENT_PATH}", records.placement, name="placement"),
    *pages.urls(lookups.PROVIDER_PLACEMENT_PAGES, PLACEMENT_PATH),
    *day_notes.urls(lookups.PROVIDER_PLACEMENT_PAGES, PLACEMENT_PATH),
    path(f"{PLACEMENT_PATH}/pupil", children.pupil, name="placement-pupil"),
    path(f"{PLACEMENT_PATH}/protection", children.protection, name="placement-protection"),
    path(f"{PLACEMENT_PATH}/confirm-staff-checks", records.confirm_staff_checks, name="placement-confirm-staff-checks"),
    path(f"{PLACEMENT_PATH}/withdraw-place", withdrawal.withdraw_place, name="placement-withdraw-place"),
    path(f"{PLACEMENT_PATH}/risk-plan/file", records.risk_plan, name="placement-risk-plan"),
    path(f"{PLACEMENT_PATH}/reviews", records.review_list, name="placement-reviews"),
    path(f"{PLACEMENT_PATH}/ending", records.ending, name="placement-ending"),
    path(f"{PLACEMENT_PATH}/exit-report", records.report_exit, name="placement-report-exit"),
]
# fmt: on
