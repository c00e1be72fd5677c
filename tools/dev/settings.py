"""The settings of `python3 run.py dev`: the demonstration's, with pages that show what went wrong and how.

Never for a service: `calloff serve` refuses to start with DEBUG on.
"""

from calloff.project.settings import *  # noqa: F403
from calloff.project.settings import CACHES, DEMONSTRATION, PLAIN_HTTP

if not (DEMONSTRATION and PLAIN_HTTP):
    raise SystemExit("These settings are for invented people on this machine only. Run: python3 run.py dev")

DEBUG = True  # a traceback page, and templates that are read again when they change
INTERNAL_IPS = ["127.0.0.1"]
CACHES = {**CACHES, "drawn": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
