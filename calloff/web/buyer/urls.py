"""/buyers/<slug>/: the pages of a school's own people, and of a team's. Each module lists its own addresses."""

from calloff.web.buyer import due, home

app_name = "buyer"

urlpatterns = [
    *home.urls,
]

due.register()
