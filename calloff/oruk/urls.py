"""The URLs of Open Referral UK 3.0, with or without a final slash, and an error for any other URL."""

from django.urls import re_path

from calloff.oruk import endpoints
from calloff.oruk.http import feed_view
from calloff.oruk.query_params import LOCATION_PARAMETERS, PAGING_PARAMETERS, SERVICE_PARAMETERS

app_name = "oruk"

urlpatterns = [
    re_path(r"^v3/?$", feed_view(endpoints.about), name="about"),
    re_path(r"^v3/services/?$", feed_view(endpoints.services, SERVICE_PARAMETERS), name="services"),
    re_path(r"^v3/services/([^/]+)/?$", feed_view(endpoints.service), name="service"),
    re_path(r"^v3/taxonomies/?$", feed_view(endpoints.taxonomies, PAGING_PARAMETERS), name="taxonomies"),
    re_path(r"^v3/taxonomies/([^/]+)/?$", feed_view(endpoints.taxonomy), name="taxonomy"),
    re_path(r"^v3/taxonomy_terms/?$", feed_view(endpoints.taxonomy_terms, PAGING_PARAMETERS), name="terms"),
    re_path(r"^v3/taxonomy_terms/([^/]+)/?$", feed_view(endpoints.taxonomy_term), name="term"),
    re_path(r"^v3/service_at_locations/?$", feed_view(endpoints.locations, LOCATION_PARAMETERS), name="locations"),
    re_path(r"^v3/service_at_locations/([^/]+)/?$", feed_view(endpoints.location), name="location"),
    re_path(r"^v3/(.+)$", feed_view(endpoints.not_found), name="nothing"),
]
