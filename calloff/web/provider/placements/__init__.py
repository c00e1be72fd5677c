"""A provider's placements: staff checks, the register, changes, reviews, notice, the exit report."""

from django.urls import path

from calloff.web.provider.placements import changing, children, records, register

P = "placements/<str:reference>"

# fmt: off
urls = [
    path("register", register.today, name="register-today"),
    path("register/<str:day>/<slug:session>", register.register, name="register"),
    path("placements", records.placement_list, name="placements"),
    path(f"{P}", records.placement, name="placement"),
    path(f"{P}/pupil", children.pupil, name="placement-pupil"),
    path(f"{P}/protection", children.protection, name="placement-protection"),
    path(f"{P}/history", records.history, name="placement-history"),
    path(f"{P}/confirm-staff-checks", records.confirm_staff_checks, name="placement-confirm-staff-checks"),
    path(f"{P}/risk-plan/file", records.risk_plan, name="placement-risk-plan"),
    path(f"{P}/changes", changing.change_list, name="placement-changes"),
    path(f"{P}/propose-change", changing.propose_change, name="placement-propose-change"),
    path(f"{P}/changes/<int:number>/agree", changing.agree_change, name="placement-agree-change"),
    path(f"{P}/changes/<int:number>/decline", changing.decline_change, name="placement-decline-change"),
    path(f"{P}/changes/<int:number>/withdraw", changing.withdraw_change, name="placement-withdraw-change"),
    path(f"{P}/reviews", records.review_list, name="placement-reviews"),
    path(f"{P}/provider-notice", records.provider_notice, name="placement-provider-notice"),
    path(f"{P}/ending", records.ending, name="placement-ending"),
    path(f"{P}/exit-report", records.report_exit, name="placement-report-exit"),
]
# fmt: on
