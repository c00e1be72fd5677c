"""The settings for `python3 run.py dev`: those of the demonstration, with error pages that show a traceback.

Never use them for a real service. `calloff serve` refuses to start with DEBUG on.
"""

from calloff.project.settings import *  # noqa: F403
from calloff.project.settings import CACHES, DEMONSTRATION, PLAIN_HTTP

if not (DEMONSTRATION and PLAIN_HTTP):
    raise SystemExit("These settings are for invented people on this machine only. Run: python3 run.py dev")

DEBUG = True  # With this setting, error pages show a traceback, and templates are read again when they change.
INTERNAL_IPS = ["127.0.0.1"]
CACHES = {**CACHES, "drawn": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
