"""The web's own tidying."""

from django.core.cache import caches
from procrastinate.contrib.django import app

from calloff.kernel import clock
from calloff.web.session import saved_submissions
from calloff.web.session.shared_cache import SharedCache


@app.task(queue="tidy", name="web.forget_kept_posts")
def forget_kept_posts(timestamp: int = 0) -> None:
    """Delete sealed answers that no one came back for. Correctness does not hang on it: old ones are never opened."""
    saved_submissions.delete_expired_submissions(clock.now())


@app.task(queue="tidy", name="web.forget_cached")
def forget_cached(timestamp: int = 0) -> None:
    """Delete rate limit counts that have expired. Correctness does not hang on it: it is never read."""
    shared = caches["default"]
    if isinstance(shared, SharedCache):
        shared.forget_old()
