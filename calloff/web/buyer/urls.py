"""/buyers/<slug>/: the pages of a school's own people, and of a team's. Each module lists its own addresses."""

from calloff.web.buyer import agreements, due, home, organisation, referrals, replies

app_name = "buyer"

urlpatterns = [
    *home.urls,
    *agreements.urls,
    *organisation.urls,
    *referrals.urls,
    *replies.urls,
]

due.register()
