"""Open Referral UK 3.0: its nine addresses, with or without a stroke at the end, and a sentence for any other."""

from django.urls import re_path

from calloff.oruk import endpoints
from calloff.oruk.http import open_to_all
from calloff.oruk.query_params import OF_LOCATIONS, OF_SERVICES, TURNING

app_name = "oruk"

urlpatterns = [
    re_path(r"^v3/?$", open_to_all(endpoints.about), name="about"),
    re_path(r"^v3/services/?$", open_to_all(endpoints.services, OF_SERVICES), name="services"),
    re_path(r"^v3/services/([^/]+)/?$", open_to_all(endpoints.service), name="service"),
    re_path(r"^v3/taxonomies/?$", open_to_all(endpoints.taxonomies, TURNING), name="taxonomies"),
    re_path(r"^v3/taxonomies/([^/]+)/?$", open_to_all(endpoints.taxonomy), name="taxonomy"),
    re_path(r"^v3/taxonomy_terms/?$", open_to_all(endpoints.taxonomy_terms, TURNING), name="terms"),
    re_path(r"^v3/taxonomy_terms/([^/]+)/?$", open_to_all(endpoints.taxonomy_term), name="term"),
    re_path(r"^v3/service_at_locations/?$", open_to_all(endpoints.locations, OF_LOCATIONS), name="locations"),
    re_path(r"^v3/service_at_locations/([^/]+)/?$", open_to_all(endpoints.location), name="location"),
    re_path(r"^v3/(.+)$", open_to_all(endpoints.nothing), name="nothing"),
]
