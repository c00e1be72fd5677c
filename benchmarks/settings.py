"""The real settings, with one more page, which is the floor of all pages."""

from calloff.project import settings as real
from calloff.project.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
MIDDLEWARE = ["benchmarks.query_count.count_queries", *real.MIDDLEWARE]
# There is no limit on requests, because the cases send them as fast as they can.
RATE_LIMITS = {name: (10**9,) for name in ("api", "api-of-key", "feed", "search", "search-of-person", "sign-in")}
