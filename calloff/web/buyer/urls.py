"""/buyers/<slug>/: the pages of a school's own people, and of a team's. Each module lists its own addresses."""

from calloff.web.buyer import agreements, due, home, organisation, placements

app_name = "buyer"

urlpatterns = [
    *home.urls,
    *agreements.urls,
    *organisation.urls,
    *placements.urls,
]

due.register()
