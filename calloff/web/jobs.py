"""The web's own tidying."""

from procrastinate.contrib.django import app

from calloff.kernel import clock
from calloff.web import kept


@app.task(queue="tidy", name="web.forget_kept_posts")
def forget_kept_posts(timestamp: int = 0) -> None:
    """Delete sealed answers that nobody came back for. Correctness does not hang on it: old ones are never opened."""
    kept.forget_old(clock.now())
