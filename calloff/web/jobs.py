"""The web package's background jobs."""

from django.core.cache import caches
from procrastinate.contrib.django import app

from calloff.kernel import clock
from calloff.web import digests, news
from calloff.web.session import saved_submissions
from calloff.web.session.shared_cache import SharedCache


@app.task(queue="tidy", name="web.forget_kept_posts")
def forget_kept_posts(timestamp: int = 0) -> None:
    """Delete old visits to home pages, and saved submissions to which the person did not return in time.

    No check depends on this, because expired submissions are never opened.
    """
    saved_submissions.delete_expired_submissions(clock.now())
    news.forget_old_visits(clock.now())


@app.task(queue="post", name="web.send_digests")
def send_digests(timestamp: int = 0) -> None:
    """Send each person's daily digest that is due."""
    digests.send_digests(clock.now())


@app.task(queue="tidy", name="web.forget_cached")
def forget_cached(timestamp: int = 0) -> None:
    """Delete expired rate limit counts. No check depends on this, because they are never read."""
    shared = caches["default"]
    if isinstance(shared, SharedCache):
        shared.forget_old()
