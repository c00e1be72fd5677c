"""Addresses under /buyers/<slug>/: pages for a school's or team's own people. Each module lists its own."""

from calloff.web.buyer import (
    agreements,
    budgets,
    directory,
    home,
    interim_places,
    orders,
    organisation,
    placements,
    pupil_copies,
    pupils,
    recalls,
    referrals,
    replies,
    school_names,
    searches,
    shortlist,
    work_due,
)

app_name = "buyer"

urlpatterns = [
    *home.urls,
    *pupils.urls,
    *school_names.urls,
    *pupil_copies.urls,
    *orders.urls,
    *budgets.urls,
    *recalls.urls,
    *agreements.urls,
    *organisation.urls,
    *referrals.urls,
    *interim_places.urls,
    *replies.urls,
    *placements.urls,
    *directory.urls,
    *shortlist.urls,
    *searches.urls,
]

work_due.register()
