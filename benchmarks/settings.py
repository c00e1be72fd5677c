"""The real settings, with one more page: the floor under all pages."""

from calloff.project.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
API_QUESTIONS_A_MINUTE = {"anonymous": 10**9, "keyed": 10**9}  # what is measured asks as often as it can
