"""The real settings, with one more page: the floor under all pages."""

from calloff.project.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
