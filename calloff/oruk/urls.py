"""Open Referral UK 3.0: its nine addresses, with or without a stroke at the end, and a sentence for any other."""

from django.urls import re_path

from calloff.oruk import feed
from calloff.oruk.asking import OF_LOCATIONS, OF_SERVICES, TURNING
from calloff.oruk.http import open_to_all

app_name = "oruk"

urlpatterns = [
    re_path(r"^v3/?$", open_to_all(feed.about), name="about"),
    re_path(r"^v3/services/?$", open_to_all(feed.services, OF_SERVICES), name="services"),
    re_path(r"^v3/services/([^/]+)/?$", open_to_all(feed.service), name="service"),
    re_path(r"^v3/taxonomies/?$", open_to_all(feed.taxonomies, TURNING), name="taxonomies"),
    re_path(r"^v3/taxonomies/([^/]+)/?$", open_to_all(feed.taxonomy), name="taxonomy"),
    re_path(r"^v3/taxonomy_terms/?$", open_to_all(feed.taxonomy_terms, TURNING), name="terms"),
    re_path(r"^v3/taxonomy_terms/([^/]+)/?$", open_to_all(feed.taxonomy_term), name="term"),
    re_path(r"^v3/service_at_locations/?$", open_to_all(feed.locations, OF_LOCATIONS), name="locations"),
    re_path(r"^v3/service_at_locations/([^/]+)/?$", open_to_all(feed.location), name="location"),
    re_path(r"^v3/(.+)$", open_to_all(feed.nothing), name="nothing"),
]
